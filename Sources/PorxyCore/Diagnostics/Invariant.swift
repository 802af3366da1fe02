/// Traps with a message when the good case does not hold, in release builds too (where `precondition` loses its
/// message).
@inlinable
public func invariant(
  _ holds: @autoclosure () -> Bool, _ goodCase: StaticString, file: StaticString = #fileID, line: UInt = #line
) {
  if !holds() { invariantFailed(goodCase, file: file, line: line) }
}

@usableFromInline @inline(never)
func invariantFailed(_ goodCase: StaticString, file: StaticString, line: UInt) -> Never {
  fatalError("invariant broken at \(file):\(line): \(goodCase)")
}
