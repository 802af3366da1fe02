package import PorxyAdmin

/// Which of a proxy's two streams of bytes a toxic acts on.
package enum ToxicStream: String, Sendable, CaseIterable {
  /// From clients to the server.
  case upstream
  /// From the server to clients.
  case downstream
}

/// What a toxic does.
package enum ToxicType: String, Sendable, CaseIterable {
  case latency
  case bandwidth
  case slowClose = "slow_close"
  case timeout
  case resetPeer = "reset_peer"
  case slicer
  case limitData = "limit_data"
  case noop
  /// Lines of porxy's own plans, which Toxiproxy does not have.
  case porxy

  /// Its attributes that are whole numbers, in the order in which they are answered.
  package var numbers: [String] {
    switch self {
    case .latency: ["latency", "jitter"]
    case .bandwidth: ["rate"]
    case .slowClose: ["delay"]
    case .timeout, .resetPeer: ["timeout"]
    case .slicer: ["average_size", "size_variation", "delay"]
    case .limitData: ["bytes"]
    case .noop, .porxy: []
    }
  }
}

/// One toxic of a proxy, as the API shows it.
package struct Toxic: Sendable, Equatable {
  /// Unique among the toxics of its proxy.
  package let name: String
  package let type: ToxicType
  package let stream: ToxicStream
  /// Which share of the sessions it acts on.
  package private(set) var toxicity: Float
  /// The values of `type.numbers`.
  package private(set) var values: [Int64]
  /// Of a toxic of porxy's own type: lines of a plan.
  package private(set) var plan = ""

  /// Bytes of a name.
  package static let nameLengthMax = 256

  /// Reads a toxic that is to be made; `isTaken` tells names that the proxy has already.
  package init(_ json: JSONValue, isTaken: (String) -> Bool) throws(ToxiproxyError) {
    let fields = try Fields(json)
    let written = try fields.text("stream") ?? ToxicStream.downstream.rawValue
    guard let stream = ToxicStream(rawValue: written.lowercased()) else { throw .invalidStream }
    let word = try fields.text("type") ?? ""
    let wanted = try fields.text("name") ?? ""
    let name = wanted.isEmpty ? "\(word)_\(written)" : wanted
    toxicity = try fields.float("toxicity") ?? 1
    guard word != "packet_loss" else { throw .lossType }
    guard let type = ToxicType(rawValue: word) else { throw .invalidType }
    guard name.utf8.count <= Self.nameLengthMax else {
      throw .badBody("the name of a toxic has at most \(Self.nameLengthMax) bytes")
    }
    guard !isTaken(name) else { throw .toxicExists }
    (self.name, self.type, self.stream) = (name, type, stream)
    values = type.numbers.map { _ in 0 }
    try read(fields)
  }

  /// The same toxic with what a request changes.
  package func changed(by json: JSONValue) throws(ToxiproxyError) -> Toxic {
    let fields = try Fields(json)
    var toxic = self
    toxic.toxicity = try fields.float("toxicity") ?? toxicity
    try toxic.read(fields)
    return toxic
  }

  /// The value of a number; zero where it is not set.
  package subscript(_ number: String) -> Int64 { type.numbers.firstIndex(of: number).map { values[$0] } ?? 0 }

  private mutating func read(_ fields: Fields) throws(ToxiproxyError) {
    guard let attributes = try fields.object("attributes") else { return }
    for (index, number) in type.numbers.enumerated() {
      values[index] = try attributes.integer(number) ?? values[index]
    }
    // Toxiproxy would crash.
    if type == .bandwidth, self["rate"] < 0 { throw .badBody("rate is negative") }
    if type == .porxy { plan = try attributes.text("plan") ?? plan }
  }

  /// As the API answers it.
  package var json: JSONValue {
    var attributes = zip(type.numbers, values).map { JSONValue.Member(key: $0, value: .number("\($1)")) }
    if type == .porxy { attributes.append(.init(key: "plan", value: .text(plan))) }
    let share = "\(toxicity)"
    return .fields([
      "attributes": .object(attributes), "name": .text(name), "type": .text(type.rawValue),
      "stream": .text(stream.rawValue), "toxicity": .number(share.hasSuffix(".0") ? String(share.dropLast(2)) : share),
    ])
  }
}
