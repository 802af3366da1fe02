/// A command line that porxy does not understand; the message is for a person and says what to do.
struct UsageError: Error, Equatable {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
