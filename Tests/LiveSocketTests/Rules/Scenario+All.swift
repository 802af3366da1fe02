extension Scenario {
  /// Every scenario that is compared; a death needs a process to die, and that is a Python program.
  static let all: [Scenario] =
    bytes + ends + resets + cutStreams + answers + refusals + departures + halves + pressures + urgencies + silences
    + (Tool.python3.isInstalled ? deaths : [])
}
