import PorxyCore
import TestSupport
import Testing

@testable import PorxyAdmin

/// What RFC 9112 says of a request, and that it does not matter in which pieces one comes.
@Suite(.timed) struct RequestReaderTests {
  /// What comes of a whole stream: requests, and at its end perhaps a refusal.
  private enum Outcome: Equatable {
    case request(Request)
    case refused(Int)
    case unfinished
  }

  /// Reads a stream in pieces, each of which may end in any place.
  private func read(_ pieces: [ArraySlice<UInt8>], takesPosts: Bool = true) -> [Outcome] {
    read(pieces, RequestReader(takesPosts: takesPosts))
  }

  private func read(_ pieces: [ArraySlice<UInt8>], _ reader: RequestReader) -> [Outcome] {
    var reader = reader
    var outcomes: [Outcome] = []
    for piece in pieces {
      var rest = piece
      while !rest.isEmpty {  // bound: the piece
        switch reader.read(rest.span) {
        case .unfinished: rest = []
        case .request(let request, let taken):
          outcomes.append(.request(request))
          rest = rest.dropFirst(taken)
        case .refused(let refusal): return outcomes + [.refused(refusal.status.rawValue)]
        }
        #expect(reader.heldCount <= RequestReader.headMax + RequestReader.bodyMax)
      }
    }
    return reader.isAmid ? outcomes + [.unfinished] : outcomes
  }

  private func read(_ text: String, takesPosts: Bool = true) -> [Outcome] {
    read([Array(text.utf8)[...]], takesPosts: takesPosts)
  }

  private static func request(
    _ method: Request.Method, _ path: [String], _ query: [(name: String, value: String)] = [], host: String? = "a",
    keepsAlive: Bool = true, body: String = "", agent: String? = nil
  ) -> Outcome {
    .request(
      Request(
        method: method, path: path, query: query, host: host, keepsAlive: keepsAlive, body: Array(body.utf8),
        userAgent: agent))
  }

  private static let understood: [(text: String, requests: [Outcome])] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", [request(.get, [])]),
    ("HEAD /a/b HTTP/1.1\r\nhOST:a:80 \r\n\r\n", [request(.head, ["a", "b"])]),
    (
      "GET /%61%2Fb/%C3%A9?x=%20+&y&z=1=2 HTTP/1.1\r\nHost: A\r\n\r\n",
      [request(.get, ["a/b", "é"], [("x", "  "), ("y", ""), ("z", "1=2")])]
    ),
    (
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nh\r\n\r\n",
      [request(.post, ["x"], body: "h\r\n\r\n")]
    ),
    ("POST /x HTTP/1.1\r\nHost: a\r\n\r\n", [request(.post, ["x"])]),
    ("GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", [request(.get, ["x"])]),
    ("GET /x HTTP/1.0\r\n\r\n", [request(.get, ["x"], host: nil, keepsAlive: false)]),
    ("GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", [request(.get, ["x"])]),
    ("GET /x HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", [request(.get, ["x"], keepsAlive: false)]),
    ("GET /x HTTP/1.1\r\nHost: [::1]:99\r\n\r\n", [request(.get, ["x"], host: "::1")]),
    (
      "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /c HTTP/1.1\r\n"
        + "Host: a\r\n\r\n", [request(.get, ["a"]), request(.post, ["b"], body: "hi"), request(.get, ["c"])]
    ),
    ("GET /x HTTP/1.1\r\nHost: a\r\nX-Any: caf\u{e9} \t of all\r\nEmpty:\r\n\r\n", [request(.get, ["x"])]),
  ]

  @Test("requests that are as they ought to be", arguments: understood.indices)
  func understands(index: Int) { #expect(read(Self.understood[index].text) == Self.understood[index].requests) }

  private static let head = "GET / HTTP/1.1\r\nHost: a\r\n"

  /// `~` stands for the beginning of a good request.
  private static let refusals: [(text: String, status: Int)] = [
    ("GET  / HTTP/1.1\r\n", 400), ("GET / HTTP/1.1 \r\n", 400), (" GET / HTTP/1.1\r\n", 400), ("\r\n", 400),
    ("GET /\r\n", 400), ("G@T / HTTP/1.1\r\n", 400), ("GET / http/1.1\r\n", 400), ("GET / HTTP/11\r\n", 400),
    ("GET\t/ HTTP/1.1\r\n", 400), ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\rX", 400), ("GET /\0 HTTP/1.1\r\n", 400),
    ("GET http://a/ HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400), ("GET a HTTP/1.1\r\n", 400),
    ("GET /a#b HTTP/1.1\r\n", 400), ("GET /\u{e9} HTTP/1.1\r\n", 400), ("GET /%4 HTTP/1.1\r\n", 400),
    ("GET /%zz HTTP/1.1\r\n", 400), ("GET /%00 HTTP/1.1\r\n", 400), ("GET /%ff HTTP/1.1\r\n", 400),
    ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/0.9\r\n", 505), ("PUT / HTTP/1.1\r\n", 501), ("get / HTTP/1.1\r\n", 501),
    ("CONNECT a:1 HTTP/1.1\r\n", 501),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("~Host: b\r\n", 400), ("GET / HTTP/1.1\r\nHost:\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a b\r\n", 400), ("GET / HTTP/1.1\r\nHost: a:x\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: [::1]x\r\n", 400), ("GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
    ("~X : b\r\n", 400), ("~X\r\n", 400), ("~: b\r\n", 400), ("~ folded\r\n", 400),
    ("~X: a\0b\r\n", 400), ("~X: a\u{1}b\r\n", 400), ("~X: a\nY: b\r\n", 400),
    ("~Content-Length: 1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n", 417),
  ]

  @Test("what two readers could understand in two ways, and what is too much", arguments: refusals)
  func refuses(text: String, status: Int) {
    let text = text.replacing("~", with: Self.head)
    #expect(read(text) == [.refused(status)])
    let bytes = Array(text.utf8)
    #expect(read(bytes.indices.map { bytes[$0...$0] }) == [.refused(status)], "byte by byte")
  }

  @Test("where nothing can be changed, POST is refused before its body")
  func refusesPosts() {
    #expect(read("POST / HTTP/1.1\r\n", takesPosts: false) == [.refused(405)])
    #expect(read(Self.head + "\r\n", takesPosts: false) == [Self.request(.get, [])])
  }

  // MARK: What clients of other programs send

  private func readAll(_ pieces: [ArraySlice<UInt8>]) -> [Outcome] { read(pieces, RequestReader(.everything)) }

  private static let everything: [(text: String, requests: [Outcome])] = [
    (
      "PATCH /x HTTP/1.1\r\nHost: a\r\nUser-Agent: node \r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\nDELETE /y HTTP/1.1\r\nHost: a\r\n\r\n",
      [request(.patch, ["x"], body: "abc0123456789", agent: "node"), request(.delete, ["y"])]
    ),
    (
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
      [request(.post, ["x"])]
    ),
    (
      "DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiPUT /y HTTP/1.1\r\nHost: a\r\n\r\n",
      [request(.delete, ["x"], body: "hi"), request(.put, ["y"])]
    ),
    (
      "GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\n\r\r\n00\r\n\r\n",
      [request(.get, ["x"], body: "\r")]
    ),
  ]

  @Test("all methods, bodies in chunks, and who sends them", arguments: everything.indices)
  func takesEverything(index: Int) {
    let (text, requests) = Self.everything[index]
    let bytes = Array(text.utf8)
    #expect(readAll([bytes[...]]) == requests)
    #expect(readAll(bytes.indices.map { bytes[$0...$0] }) == requests, "byte by byte")
    for place in bytes.indices { #expect(readAll([bytes[..<place], bytes[place...]]) == requests, "\(place)") }
  }

  @Test(
    "what is no chunk",
    arguments: [
      ("\r\n", 400), ("x\r\n", 400), ("-1\r\n", 400), ("0x1\r\n", 400), ("1 0\r\n", 400), ("+1\r\n", 400),
      ("123456789\r\n", 400), ("1\r\nab", 400), ("1\r\na0\r\n\r\n", 400), ("1\na\r\n", 400), ("100001\r\n", 413),
      ("ffffffff\r\n", 413),
    ])
  func refusesChunks(_ chunks: String, _ status: Int) {
    let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n"
    let bytes = Array(text.utf8)
    #expect(readAll([bytes[...]]) == [.refused(status)])
    #expect(readAll(bytes.indices.map { bytes[$0...$0] }) == [.refused(status)])
  }

  @Test("chunks and what stands behind them are bounded, too")
  func boundsChunks() {
    let head = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let chunk = Array("80000\r\n".utf8) + [UInt8](repeating: 7, count: 0x80000) + Array("\r\n".utf8)
    let whole = readAll([head[...], chunk[...], chunk[...], Array("0\r\n\r\n".utf8)[...]])
    guard case .request(let request) = whole.first else { return #expect(Bool(false), "\(whole)") }
    #expect(request.body.count == RequestReader.bodyMax)
    #expect(readAll([head[...], chunk[...], chunk[...], Array("1\r\n".utf8)[...]]) == [.refused(413)])
    let trailers = Array(("0\r\n" + String(repeating: "X: y\r\n", count: 2000)).utf8)
    #expect(readAll([head[...], trailers[...]]) == [.refused(431)])
    let long = Array(("1;" + String(repeating: "x", count: 9000)).utf8)
    #expect(readAll([head[...], long[...]]) == [.refused(431)])
  }

  @Test("whatever comes, it is a request, a refusal or a beginning", arguments: 0..<8 as Range<UInt64>)
  func endures(_ seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let texts = (Self.everything + Self.understood).map { Array($0.text.utf8) }
    for _ in 0..<300 {
      var bytes = generator.pick(texts) + generator.pick(texts)
      for _ in 0..<generator.integer(in: 0...3) {
        let place = generator.integer(in: 0...bytes.count - 1)
        bytes[place] =
          generator.chance(1, in: 2) ? generator.pick(Array("\r\n0f; :".utf8)) : UInt8(generator.below(256))
      }
      let cut = generator.integer(in: 0...bytes.count)
      #expect(readAll([bytes[..<cut], bytes[cut...]]) == readAll([bytes[...]]))
    }
  }

  @Test("no more than the bounds is read")
  func keepsToItsBounds() {
    let endless = [UInt8](repeating: UInt8(ascii: "a"), count: RequestReader.headMax + 1)
    #expect(read([endless.dropLast()]) == [.unfinished])
    #expect(read([endless[...]]) == [.refused(414)])
    #expect(read([Array((Self.head + "X: ").utf8)[...], endless[...]]) == [.refused(431)])
    let fields = String(repeating: "X: y\r\n", count: 2000)
    #expect(read(Self.head + fields) == [.refused(431)])
    let body = [UInt8](repeating: 7, count: RequestReader.bodyMax)
    let head = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
    guard case .request(let request) = read([head[...], body[...]]).first else {
      Issue.record("the largest body is not read")
      return
    }
    #expect(request.body == body)
  }

  @Test("a request is the same, wherever its pieces end")
  func splitsAnywhere() {
    for (text, requests) in Self.understood {
      let bytes = Array(text.utf8)
      #expect(read(bytes.indices.map { bytes[$0...$0] }) == requests, "byte by byte: \(text)")
      for place in bytes.indices {
        #expect(read([bytes[..<place], bytes[place...]]) == requests, "\(place) of \(text)")
      }
    }
  }

  @Test("what is mutated is read the same in any pieces, and ends nobody", arguments: 0..<40 as Range<UInt64>)
  func mutates(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let signs = Array("\r\n \t:;/?%=&#aHG0123456789,-[]\0\u{7f}".utf8) + [0x80, 0xff]
    for _ in 0..<250 {
      var bytes = Array(generator.pick(Self.understood).text.utf8)
      for _ in 0..<generator.integer(in: 1...4) {
        let place = generator.integer(in: 0...bytes.count - 1)
        switch generator.below(4) {
        case 0: bytes[place] = generator.pick(signs)
        case 1: bytes.insert(generator.pick(signs), at: place)
        case 2: bytes.remove(at: place)
        default: bytes += bytes[place...]
        }
        if bytes.isEmpty { bytes = [0] }
      }
      var pieces: [ArraySlice<UInt8>] = []
      var rest = bytes[...]
      while !rest.isEmpty {  // bound: the bytes
        pieces.append(rest.prefix(generator.integer(in: 1...9)))
        rest = rest.dropFirst(pieces.last?.count ?? 1)
      }
      let whole = read([bytes[...]])
      #expect(read(pieces) == whole, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }
}
