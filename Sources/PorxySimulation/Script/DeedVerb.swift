/// The words of what a peer of a random run does.
enum DeedVerb: String, CaseIterable {
  case send
  case receive
  case drain
  case echo
  case pause
  case finish
  case close
  case reset
  /// In place of deeds where there are none.
  case nothing
}
