/// What lies unread in a socket that is about to be closed.
package struct LastUnread: Equatable {
  package var count: UInt64
  /// Nothing can arrive between this count and the close.
  package var isFinal: Bool

  package init(count: UInt64, isFinal: Bool) {
    self.count = count
    self.isFinal = isFinal
  }
}
