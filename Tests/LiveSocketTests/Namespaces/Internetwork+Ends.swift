/// The hosts at the ends, which have cables that can be pulled, and can be started anew.
extension Internetwork {
  /// Pulls the cable at the switch: the host sees that it has no carrier, and nobody else notices anything.
  func unplug(_ host: Host) throws {
    try run(["ip", "-n", self[.switches].name, "link", "set", "\(host)", "down"])
  }

  func plugIn(_ host: Host) throws {
    try run(["ip", "-n", self[.switches].name, "link", "set", "\(host)", "up"])
  }

  /// Takes the power from a host whose cable has been pulled: its namespace is gone. What it had open must have been
  /// closed by now.
  func switchOff(_ host: Host) throws {
    try run(["ip", "-n", self[.switches].name, "link", "del", "\(host)"])
    try run(["ip", "netns", "del", self[host].name])
  }

  /// Starts a host that knows nothing of what was before, at the same addresses, those of its hardware among them.
  func start(_ host: Host) throws {
    let isClient = host == .client
    try run([
      "sh", "-c", Self.construction, self[host].name, self[.switches].name, "\(host)", isClient ? "1" : "3",
      isClient ? "porxy" : "router", isClient ? "1" : "2", isClient ? "2" : "1",
    ])
  }

  /// The switch is two rules that hand on every frame. A bridge would do the same, but the kernel waits for all its
  /// processors when it removes one, and lets nobody else change a network meanwhile.
  private static let construction = """
    set -e
    switches=$1 port=$2 net=10.0.$3 other=$4 own=$5 next=$6
    ip -batch - <<END
    netns add $0
    link add eth0 netns $0 address 02:00:00:00:00:0$3 type veth peer name $port netns $switches
    END
    ip -n $switches link set $port up
    ip netns exec $switches nft -f - <<END
    table netdev $port {}
    delete table netdev $port
    table netdev $port {
      chain from { type filter hook ingress device "$port" priority 0; fwd to "$other"; }
      chain to { type filter hook ingress device "$other" priority 0; fwd to "$port"; }
    }
    END
    ip -n $0 -batch - <<END
    address add $net.$own/24 dev eth0
    link set eth0 up
    route add default via $net.$next
    END
    """
}
