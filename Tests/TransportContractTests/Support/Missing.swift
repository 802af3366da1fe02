/// What a test waited for in vain.
struct Missing: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) {
    description = "\(what) did not come"
  }
}
