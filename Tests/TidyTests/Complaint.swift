/// What a rule has against a line.
struct Complaint: CustomStringConvertible {
  let path: String
  let line: Int
  /// What is wrong there.
  let what: String

  init(_ file: SourceFile, _ line: Int, _ what: String) {
    path = file.path
    self.line = line
    self.what = what
  }

  var description: String { "\(path):\(line): \(what)" }
}
