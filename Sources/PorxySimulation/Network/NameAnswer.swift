import PorxyCore

/// What a resolver has said.
enum NameAnswer {
  case pending(String)
  case addresses([IPAddress])
  case failed(ResolutionError)
}
