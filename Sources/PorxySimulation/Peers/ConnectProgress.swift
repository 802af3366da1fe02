/// How far an attempt to connect has come.
package enum ConnectProgress: Equatable {
  case pending
  case established
  case failed(SocketError)
}
