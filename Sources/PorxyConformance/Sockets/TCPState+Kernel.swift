import PorxySimulation

extension TCPState {
  /// The state of this number in TCP_INFO; `closed` for what has none.
  init(kernelNumber: Int32) {
    let states: [TCPState] = [
      .closed, .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closed, .closeWait, .lastAck,
      .closed, .closing,
    ]
    self = states.indices.contains(Int(kernelNumber)) ? states[Int(kernelNumber)] : .closed
  }
}
