import PorxyCore

/// Where a SYN comes from and goes to; everything later goes by `Socket`.
struct CallRecord {
  var from: Endpoint
  var to: Endpoint
  var stream: UInt64
}
