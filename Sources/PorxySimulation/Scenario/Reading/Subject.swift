/// The first words of steps.
enum Subject: String, CaseIterable {
  case client
  case server
  case network
  case name
  case porxy
  case wait
  case settle
}
