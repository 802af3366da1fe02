import PorxyCore
import PorxySocketIO

@main
struct Porxy {
  static func main() {}
}
