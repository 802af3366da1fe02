/// What is refused by name.
extension YAMLParser {
  /// Complains where no plain scalar can begin. (ns-plain-first)
  func checkPlainBegins(isInFlow: Bool) throws(YAMLComplaint) {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      guard isPlainSafe(nextByte, isInFlow: isInFlow) else { throw complaint(loneIndicator: byte) }
    case UInt8(ascii: "&"): throw refusal("anchors", "\"&\"", "write the value out at each place")
    case UInt8(ascii: "*"): throw refusal("aliases", "\"*\"", "write the value out")
    case UInt8(ascii: "!"): throw refusal("tags", "\"!\"", "remove the tag")
    case UInt8(ascii: "|"):
      throw refusal("block scalars", "\"|\"", "write the text in double quotes, with \\n for a new line")
    case UInt8(ascii: ">"): throw refusal("block scalars", "\">\"", "write the text in double quotes")
    case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: ","), UInt8(ascii: "]"),
      UInt8(ascii: "}"), UInt8(ascii: "#"):
      throw complaintHere("no text can begin with this character", "put the text in quotes, or remove it")
    default: return
    }
  }

  private func refusal(_ what: String, _ sign: String, _ advice: String) -> YAMLComplaint {
    complaintHere("\(what) are not read here", "\(advice); text that begins with \(sign) goes in quotes")
  }

  private func complaint(loneIndicator: UInt8) -> YAMLComplaint {
    switch loneIndicator {
    case UInt8(ascii: "?"):
      complaintHere("complex keys (\"? \") are not read here", "write \"key: value\"; put text in quotes")
    case UInt8(ascii: ":"):
      complaintHere("a key is missing before this colon", "write \"key: value\"; put text in quotes")
    default:
      complaintHere("a dash cannot stand here", "begin each entry of a sequence on its own line; put text in quotes")
    }
  }

  func complaint(tab offset: Int) -> YAMLComplaint {
    complaint(offset..<offset + 1, "a tab stands where the indentation is", "indent with spaces")
  }
}
