/// A listening endpoint and whether clients wait at it.
@usableFromInline
struct OpenListener {
  @usableFromInline let id: ListenerID
  /// Index in `Configuration.listeners`.
  @usableFromInline let listener: Int
  /// An edge was seen and the queue not found empty since.
  @usableFromInline var hasClients = false
  /// Not to be looked at before; a pause instead of a spin.
  @usableFromInline var pausedUntil: Instant?
  /// The log was told of the pause.
  @usableFromInline var pauseIsTold = false

  @usableFromInline
  init(id: ListenerID, listener: Int) {
    self.id = id
    self.listener = listener
  }
}
