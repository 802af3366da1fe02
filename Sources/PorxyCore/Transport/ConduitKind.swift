/// The kinds of conduit a transport lends.
public enum ConduitKind: UInt8, Sendable, Equatable {
  /// A small buffer, for requests and answers.
  case buffer
  /// A large buffer, for bulk where no pipe can be had.
  case block
  /// A kernel pipe, for bulk that need not pass through the process.
  case pipe
}
