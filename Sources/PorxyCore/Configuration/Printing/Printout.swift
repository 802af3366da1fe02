/// A document before it is written in one form or another.
indirect enum Printout {
  case mapping([(key: String, value: Printout)])
  case sequence([Printout])
  /// Text of somebody's choice.
  case text(String)
  /// A word of the format itself, which needs no quotes in YAML.
  case word(String)
  case number(Int)
}
