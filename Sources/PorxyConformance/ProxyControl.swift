public import PorxySimulation

/// Porxy's process, as far as scenarios ask something of it or want to know what it has told.
public protocol ProxyControl: AnyObject, Sendable {
  /// Sends it a signal to stop, as `porxy drain` and `porxy stop` want.
  func stop()
  /// How its sessions ended, in the order in which its log tells; `tells` actions with a phase.
  var endings: [PorxyAction] { get }
}
