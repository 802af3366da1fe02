/// The words before the colon, or at the beginning, of the lines of a run's text.
enum RunKey: String, CaseIterable {
  case run
  case length
  case latencies
  case clients
  case porxy
  case servers
  /// What porxy's machine has to give.
  case machine
  case name
  case client
  case server
  case fault

  /// Such lines come once for each peer or fault.
  var isRepeated: Bool { self == .client || self == .server || self == .fault }
}
