/// What becomes of a name.
enum NameVerb: String, CaseIterable {
  case resolves = "resolves to"
  case takes
  case isUnknown = "is unknown"
  case isUnavailable = "is unavailable"
}
