/// What the router does to what passes it, and its routes.
extension Internetwork {
  /// What a rule of the router is about.
  enum Packets: String {
    case calls = "tcp dport 9000 tcp flags & (syn | ack) == syn"
    case toServer = "tcp dport 9000"
    case fromServer = "tcp sport 9000"
  }

  /// What the router does to packets.
  enum Verdict: String {
    case drop
    case reset = "reject with tcp reset"
    case hostUnreachable = "reject with icmp type host-unreachable"
    case netUnreachable = "reject with icmp type net-unreachable"
    case portUnreachable = "reject with icmp type port-unreachable"
    case prohibited = "reject with icmp type admin-prohibited"
    /// The first two, and then no more.
    case dropTwo = "limit rate 1/hour burst 2 packets drop"
  }

  /// From now on, in place of what it did before.
  func route(_ packets: Packets..., with verdict: Verdict) throws {
    try load(packets.map { "\($0.rawValue) \(verdict.rawValue)" })
  }

  /// The router only forwards again.
  func heal() throws {
    try load([])
  }

  /// The router lets connections pass whose beginning it has seen, and does this to packets of all others.
  func track(others verdict: Verdict) throws {
    let ends = "ip saddr . tcp sport . ip daddr . tcp dport"
    let reversed = "ip daddr . tcp dport . ip saddr . tcp sport"
    try load(
      [
        "tcp flags & (syn | ack) == syn add @known { \(ends) }", "\(ends) @known accept", "\(reversed) @known accept",
        "meta l4proto tcp \(verdict.rawValue)",
      ],
      sets: "set known { type ipv4_addr . inet_service . ipv4_addr . inet_service; flags dynamic; size 1024; }")
  }

  /// The router has seen no connection yet.
  func forget() throws {
    try run(on: .router, "nft", "flush", "set", "ip", "porxy", "known")
  }

  /// Packets that are larger do not fit behind the router, on either side. It says so, or not.
  func narrow(to size: Int, isSilent: Bool) throws {
    try run(on: .router, "ip", "route", "replace", "10.0.1.0/24", "via", "10.0.2.1", "mtu", "\(size)")
    try run(on: .router, "ip", "route", "replace", "10.0.2.0/24", "dev", "eth0", "mtu", "\(size)")
    try run(on: .router, "ip", "route", "replace", "10.0.3.0/24", "dev", "eth1", "mtu", "\(size)")
    if isSilent { try load([], answers: "icmp type destination-unreachable drop") }
  }

  private func load(_ rules: [String], sets: String = "", answers: String = "") throws {
    let text = """
      table ip porxy {}
      delete table ip porxy
      table ip porxy {
        \(sets)
        chain forward {
          type filter hook forward priority 0; policy accept;
          \(rules.joined(separator: "\n"))
        }
        chain answers {
          type filter hook output priority 0; policy accept;
          \(answers)
        }
      }

      """
    try run(on: .router, "nft", "-f", folder.write(text, as: "rules.nft"))
  }
}
