import Glibc
import Synchronization

/// A name server of a host, whose answers a test changes.
final class NameServer: Sendable {
  enum Answer: Sendable {
    /// An IPv4 address, and none of IPv6.
    case address(UInt32)
    case unknown
    case fails
    case saysNothing
  }

  private let answers = Mutex<[String: Answer]>([:])
  private let questions = Atomic(0)
  private let descriptor: Int32

  init(on host: LoneHost) throws {
    descriptor = try host.namespace.enter { try Self.open() }
    let descriptor = descriptor
    Thread { [weak self] in
      var question = [UInt8](repeating: 0, count: 512)
      var form = sockaddr_in()
      while true {  // unbounded: until the socket is shut
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let received = unsafe withUnsafeMutablePointer(to: &form) {
          unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe recvfrom(descriptor, &question, question.count, 0, $0, &length)
          }
        }
        guard received > 12, let self else { break }
        guard let reply = answer(to: Array(question[..<received])) else { continue }
        _ = unsafe withUnsafePointer(to: &form) {
          unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe sendto(descriptor, reply, reply.count, 0, $0, length)
          }
        }
      }
      close(descriptor)
    }.detach()
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  subscript(name: String) -> Answer {
    get { answers.withLock { $0[name] ?? .unknown } }
    set { answers.withLock { $0[name] = newValue } }
  }

  /// Questions that came so far.
  var questionCount: Int { questions.load(ordering: .relaxed) }

  private static func open() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let status = unsafe Address(port: 53).withKernelForm { unsafe bind(descriptor, $0, $1) }
    guard status == 0 else { throw SocketFailure(call: "bind", code: errno) }
    return descriptor
  }

  /// An answer by RFC 1035, section 4; nil: none.
  private func answer(to question: [UInt8]) -> [UInt8]? {
    questions.add(1, ordering: .relaxed)
    var labels: [String] = []
    var place = 12
    while place < question.count, question[place] > 0 {  // bound: the question's bytes
      let end = place + 1 + Int(question[place])
      guard end < question.count else { return nil }
      labels.append(String(decoding: question[place + 1..<end], as: UTF8.self))
      place = end
    }
    guard place + 5 <= question.count else { return nil }
    let asksForV4 = question[place + 2] == 1
    var code: UInt8 = 0
    var data: [UInt8] = []
    switch self[labels.joined(separator: ".")] {
    case .saysNothing: return nil
    case .unknown: code = 3
    case .fails: code = 2
    case .address(let address) where asksForV4:
      data = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4] + [24, 16, 8, 0].map { UInt8(address >> $0 & 0xff) }
    case .address: break
    }
    let counts: [UInt8] = [0, 1, 0, data.isEmpty ? 0 : 1, 0, 0, 0, 0]
    return question[..<2] + [0x85, 0x80 | code] + counts + question[12..<place + 5] + data
  }
}
