extension Scenario {
  /// Every scenario that is compared.
  static let all: [Scenario] =
    bytes + ends + resets + cutStreams + answers + refusals + departures + halves + deaths + pressures + urgencies
    + silences
}
