import PorxySimulation

/// Writes down whom it was woken for.
final class WakeWitness: Peers {
  var wakes: [Wake] = []

  func wake(_ wake: Wake, on network: Network) {
    wakes.append(wake)
  }
}
