/// What is asked or expected of porxy.
enum PorxyVerb: String, CaseIterable {
  case drain
  case stop
  case tells
  case holds
  case suffer
  case recover
}
