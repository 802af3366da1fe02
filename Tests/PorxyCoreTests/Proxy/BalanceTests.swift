import TestSupport
import Testing

@testable import PorxyCore

/// Which of several endpoints a session gets.
@Suite(.timed) struct BalanceTests {
  private func candidate(
    _ index: Int, weight: Int = 1, sessions: Int = 0, isBackup: Bool = false, isTroubled: Bool = false
  ) -> Balance.Candidate {
    Balance.Candidate(
      index: UInt16(index), weight: weight, sessions: sessions, isBackup: isBackup, isTroubled: isTroubled,
      identity: EndpointAccount.identity(of: "server-\(index)"))
  }

  private func client(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a00_0000 + UInt32(number)) }

  /// How many of the clients get each endpoint.
  private func shares(
    _ balance: Balance, _ candidates: [Balance.Candidate], clients: Int = 20_000
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: candidates.count)
    for number in 0..<clients {
      let draw = SplitMix64.mix(UInt64(number))
      let chosen = balance.choose(among: candidates, client: client(number), draw: draw)
      counts[candidates.firstIndex { $0.index == chosen.index }!] += 1
    }
    return counts
  }

  @Test(
    "a healthy backup comes before a troubled primary, and that before a troubled backup", arguments: Balance.allCases)
  func order(balance: Balance) {
    var candidates = [
      candidate(0, isBackup: true, isTroubled: true), candidate(1, isTroubled: true), candidate(2, isBackup: true),
      candidate(3, sessions: 99),
    ]
    for expected: UInt16 in [3, 2, 1, 0] {
      #expect(balance.choose(among: candidates, client: client(1), draw: 7).index == expected)
      candidates.removeAll { $0.index == expected }
    }
  }

  @Test("first: in the order in which they are written")
  func first() {
    #expect(shares(.first, [candidate(0, sessions: 5), candidate(1)], clients: 10) == [10, 0])
  }

  @Test("least: the one with the least to do for its weight; equals get the same share")
  func least() {
    #expect(shares(.least, [candidate(0, sessions: 3), candidate(1, sessions: 2)], clients: 10) == [0, 10])
    #expect(shares(.least, [candidate(0, weight: 4, sessions: 3), candidate(1)], clients: 10)[0] > 0)
    #expect(shares(.least, [candidate(0, weight: 4, sessions: 2), candidate(1)], clients: 10) == [10, 0])
    for share in shares(.least, (0..<4).map { candidate($0, sessions: 1) }) { #expect(abs(share - 5000) < 300) }
  }

  @Test("least: while sessions only come, no endpoint has two more than another")
  func leastIsEven() {
    var sessions = [Int](repeating: 0, count: 7)
    for number in 0..<1000 {
      let chosen = Balance.least.choose(
        among: sessions.enumerated().map { candidate($0, sessions: $1) }, client: client(1),
        draw: SplitMix64.mix(UInt64(number)))
      sessions[Int(chosen.index)] += 1
      #expect(sessions.max()! - sessions.min()! <= 1)
    }
  }

  @Test("random: the less loaded of two; shares follow the weights where nothing else tells them apart")
  func random() {
    let even = shares(.random, (0..<4).map { candidate($0) })
    for share in even { #expect(abs(share - 5000) < 300) }
    let loaded = shares(.random, [candidate(0, sessions: 9), candidate(1), candidate(2)])
    // It is taken only where both draws are of it.
    #expect(abs(loaded[0] - 20_000 / 9) < 250)
  }

  @Test("source: a client gets the same endpoint; shares follow the weights")
  func source() {
    let candidates = [candidate(0), candidate(1, weight: 2), candidate(2, weight: 5)]
    let counts = shares(.source, candidates)
    for (count, weight) in zip(counts, [1, 2, 5]) { #expect(abs(count - 20_000 * weight / 8) < 350, "\(counts)") }
    for number in 0..<100 {
      let draws = (0..<5).map { Balance.source.choose(among: candidates, client: client(number), draw: $0).index }
      #expect(Set(draws).count == 1)
      let mapped = IPAddress(v6: 0, 0xffff_0a00_0000 + UInt64(number))
      #expect(Balance.source.choose(among: candidates, client: mapped, draw: 0).index == draws[0])
    }
  }

  @Test("source: an endpoint that goes moves its own clients, and one that comes takes its own share")
  func sourceMovesLittle() {
    let all = (0..<10).map { candidate($0) }
    let fewer = all.filter { $0.index != 3 }
    var moved = 0
    for number in 0..<20_000 {
      let before = Balance.source.choose(among: all, client: client(number), draw: 0).index
      let after = Balance.source.choose(among: fewer, client: client(number), draw: 0).index
      if before != 3 { #expect(before == after) } else { moved += 1 }
    }
    #expect(abs(moved - 2000) < 250)
  }

  @Test("an endpoint is troubled for 5 s after a failure, longer each time, and not any more after a success")
  func trouble() {
    let account = EndpointAccount(backend: "b", name: "a")
    func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000) + .seconds(seconds) }
    #expect(!account.isTroubled(at: at(0)) && account.noteFailure(.refused, at: at(0)))
    #expect(account.isTroubled(at: at(4.9)) && !account.noteFailure(.refused, at: at(4.9)), "of the same trouble")
    #expect(!account.isTroubled(at: at(5)) && !account.noteFailure(.refused, at: at(5)))
    #expect(account.isTroubled(at: at(14.9)) && !account.isTroubled(at: at(15)))
    for time in [15.0, 35, 75, 135] { _ = account.noteFailure(.refused, at: at(time)) }
    #expect(account.isTroubled(at: at(194.9)) && !account.isTroubled(at: at(195)), "a minute at the most")
    #expect(account.trouble(at: at(194.9)) == .refused && account.trouble(at: at(195)) == nil)
    #expect(account.noteSuccess() && !account.noteSuccess() && !account.isTroubled(at: at(136)))
    #expect(account.trouble(at: at(136)) == nil)
    #expect(account.noteFailure(.refused, at: at(200)) && !account.isTroubled(at: at(205)), "it begins anew")
  }

  @Test("places with an endpoint are exact while many take and give them back")
  func places() async {
    let account = EndpointAccount(backend: "b", name: "a")
    let most = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var most = 0
          for _ in 0..<20_000 where account.take(max: 3) {
            most = max(most, account.giveBack() + 1)
          }
          return most
        }
      }
      return await group.reduce(0, max)
    }
    #expect(account.sessions == 0 && most <= 7)
    for _ in 0..<3 { #expect(account.take(max: 3)) }
    #expect(!account.take(max: 3) && account.sessions == 3)
  }
}
