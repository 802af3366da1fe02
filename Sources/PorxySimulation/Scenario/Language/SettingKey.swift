/// The words before the colon of a setting.
enum SettingKey: String, CaseIterable {
  case rules
  case row
  case arms
  case differs
  case latency
  case client
  case server
  case porxy
  case name
}
