import PorxyCore

/// A name and what the name service says to it.
struct NameRecord {
  let name: String
  var addresses: [IPAddress]
  /// What it says while its answers change; empty: the same in another order.
  var others: [IPAddress]
  var delay: UInt64
}
