/// What the file says of a listener; nil for what is missing or wrong.
struct ListenerDraft {
  var range: Range<Int>
  var name: Placed<String>?
  var backend: Placed<String>?
  var addresses: Placed<[IPAddress]>?
  var port: Placed<UInt16>?
  var isDualStack = true
  var timeouts: Timeouts
  var sessionsMax: Int?
  var congestion = Congestion.auto

  var endpoints: [Endpoint] {
    guard let addresses, let port else { return [] }
    return addresses.value.map { Endpoint($0, port.value) }
  }
}
