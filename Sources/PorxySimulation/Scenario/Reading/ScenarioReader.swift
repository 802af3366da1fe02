/// Reads a scenario and keeps every complaint about it.
struct ScenarioReader {
  private var scenario = Scenario(title: "")
  private var complaints: [ScenarioComplaint] = []
  private var keys: [SettingKey] = []

  /// What the text says, or everything that is wrong with it.
  static func read(_ text: String) throws(ScenarioError) -> Scenario {
    var reader = ScenarioReader()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      do throws(ScenarioComplaint) {
        try reader.take(line.last == "\r" ? line.dropLast() : line, number: index + 1)
      } catch {
        reader.complaints.append(error)
      }
    }
    if reader.scenario.title.isEmpty {
      reader.complaints.append(ScenarioComplaint(line: 1, column: 1, message: "a scenario begins with its title"))
    }
    guard reader.complaints.isEmpty else { throw ScenarioError(complaints: reader.complaints) }
    return reader.scenario
  }

  private mutating func take(_ line: Substring, number: Int) throws(ScenarioComplaint) {
    let code = line.prefix { $0 != "#" }
    var words = Words(code, line: number)
    guard !words.isEmpty else { return }
    if scenario.title.isEmpty {
      scenario.title = Self.trimmed(code)
    } else if scenario.steps.isEmpty, words.peek(ahead: 1) == ":" {
      let column = words.column
      let setting = try words.takeSetting()
      try words.finish()
      guard !keys.contains(setting.key) else {
        throw ScenarioComplaint(
          line: number, column: column, message: "'\(setting.key.rawValue)' was set before; put both on one line")
      }
      keys.append(setting.key)
      scenario.settings.append(setting)
    } else {
      let step = try words.takeStep()
      try words.finish()
      scenario.steps.append(step)
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }  // bound: the line
    return String(text)
  }
}

extension Scenario {
  /// Reads the text of a scenario.
  public init(reading text: String) throws(ScenarioError) {
    self = try ScenarioReader.read(text)
  }
}
