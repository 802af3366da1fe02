/// What the line of a server says in the text of a run.
struct ServerLine {
  var host: Int
  var isRefused: Bool
  var manners: Manners
}
