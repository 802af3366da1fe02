/// What a network does.
enum NetworkVerb: String, CaseIterable {
  case cut
  case stall
  case slow
  case jitter
  case throttle
  case lose
  case reset
  case refuse
  case heal
}
