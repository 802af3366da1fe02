/// What clients and the server do.
enum PeerVerb: String, CaseIterable {
  case connect
  case accept
  case send
  case sendUntilBlocked = "send until blocked"
  case sendUrgent = "send urgent"
  case keepSending = "keep sending"
  case receive
  case finish
  case shutReading = "shut reading"
  case shutBoth = "shut both"
  case close
  case reset
  case poll
  case event
  case error
  case state
  case absent
  case kill
  case losePower = "lose power"
  case restart
  case hang
  case resume
  case suffer
  case recover
  case listen
  case stopListening = "stop listening"
  case has

  /// It is done to a process or a host, not to one of its sockets.
  var isOfHost: Bool {
    switch self {
    case .kill, .losePower, .restart, .hang, .resume, .suffer, .recover, .listen, .stopListening, .has: true
    default: false
    }
  }

  var isOfClient: Bool { self == .connect }

  var isOfServer: Bool {
    switch self {
    case .accept, .absent, .listen, .stopListening, .has: true
    default: false
    }
  }
}
