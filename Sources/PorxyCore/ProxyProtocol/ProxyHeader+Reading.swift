extension ProxyHeader {
  /// What the first bytes of a connection are.
  public enum Reading: Sendable, Equatable {
    /// The beginning of a header; more has to come.
    case incomplete
    case whole(ProxyHeader)
    /// No header, whatever comes.
    case wrong(HeaderFlaw)
  }

  /// Reads a header of either version from the first bytes of a connection.
  ///
  /// It is strict: what the format does not allow is wrong as soon as it shows. The time that it takes grows with the
  /// header only once this is whole.
  public static func read(_ bytes: Span<UInt8>) -> Reading {
    guard bytes.count > 0 else { return .incomplete }
    return bytes[0] == signature[0] ? readBinary(bytes) : readLine(bytes)
  }

  /// The further fields of the header that the bytes begin with.
  @usableFromInline
  static func copyExtras(of bytes: Span<UInt8>) -> [UInt8] {
    guard case .whole(let header) = read(bytes) else { return [] }
    return header.extras.map { bytes[$0] }
  }

  /// Whether the bytes are this prefix, as far as there are any.
  private static func begins(_ bytes: Span<UInt8>, with prefix: [UInt8]) -> Bool {
    (0..<min(bytes.count, prefix.count)).allSatisfy { bytes[$0] == prefix[$0] }
  }
}

// MARK: Version 1

extension ProxyHeader {
  /// `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`, or `PROXY UNKNOWN` with anything behind it.
  private static func readLine(_ bytes: Span<UInt8>) -> Reading {
    guard begins(bytes, with: linePrefix) else { return .wrong(.noHeader) }
    guard let last = (0..<min(bytes.count, lineMax)).first(where: { bytes[$0] == UInt8(ascii: "\n") }) else {
      return bytes.count < lineMax ? .incomplete : .wrong(.tooLong)
    }
    guard last > linePrefix.count, bytes[last - 1] == UInt8(ascii: "\r") else { return .wrong(.malformed) }
    let text = bytes.extracting(linePrefix.count..<last - 1)
    let words = (0..<text.count).map { text[$0] }.split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    var header = ProxyHeader(told: nil, count: last + 1, extras: 0..<0)
    // What stands behind it means nothing.
    if words[0].elementsEqual("UNKNOWN".utf8) { return .whole(header) }
    guard words.count == 5, let family = family(words[0]),
      let client = endpoint(words[1], words[3], family), let entrance = endpoint(words[2], words[4], family)
    else { return .wrong(.malformed) }
    header.told = ToldAddresses(client: client, entrance: entrance)
    return .whole(header)
  }

  private static func family(_ word: ArraySlice<UInt8>) -> IPAddress.Family? {
    if word.elementsEqual("TCP4".utf8) { return .v4 }
    return word.elementsEqual("TCP6".utf8) ? .v6 : nil
  }

  /// An interface has no meaning on another machine, so there may be none.
  private static func endpoint(
    _ address: ArraySlice<UInt8>, _ port: ArraySlice<UInt8>, _ family: IPAddress.Family
  ) -> Endpoint? {
    guard let address = IPAddress(String(decoding: address, as: UTF8.self)), address.family == family,
      address.scope == 0, let port = IPAddress.number(port).flatMap(UInt16.init(exactly:))
    else { return nil }
    return Endpoint(address, port)
  }
}

// MARK: Version 2

extension ProxyHeader {
  private static func readBinary(_ bytes: Span<UInt8>) -> Reading {
    guard begins(bytes, with: signature) else { return .wrong(.noHeader) }
    guard bytes.count >= fixedCount else { return .incomplete }
    guard bytes[12] >> 4 == 2 else { return .wrong(.unknownVersion) }
    guard bytes[12] & 15 <= 1 else { return .wrong(.unknownCommand) }
    let count = fixedCount + Int(number(bytes, at: 14))
    guard count <= fixedCount + blockMax else { return .wrong(.tooLong) }
    guard bytes.count >= count else { return .incomplete }
    let header = ProxyHeader(told: nil, count: count, extras: count..<count)
    // The proxy itself connects, to see whether somebody is there: all that stands behind this means nothing.
    if bytes[12] & 15 == 0 { return .whole(header) }
    return readProxied(bytes.extracting(0..<count), header)
  }

  /// The upper half of the byte is the family of addresses, the lower one the transport: stream or datagram.
  private static func readProxied(_ bytes: Span<UInt8>, _ header: ProxyHeader) -> Reading {
    var header = header
    let (family, transport) = (bytes[13] >> 4, bytes[13] & 15)
    guard family <= 3, transport <= 2 else { return .wrong(.unknownFamily) }
    // The sender does not know: as if it had said nothing.
    if family == 0 || transport == 0 { return .whole(header) }
    let addressesCount = [0, 12, 36, 216][Int(family)]
    guard header.count >= fixedCount + addressesCount else { return .wrong(.malformed) }
    header.extras = fixedCount + addressesCount..<header.count
    if let flaw = flaw(inExtras: header.extras, of: bytes) { return .wrong(flaw) }
    guard transport == 1 else { return .whole(header) }
    switch family {
    case 1:
      header.told = ToldAddresses(
        client: Endpoint(v4(bytes, at: 16), number(bytes, at: 24)),
        entrance: Endpoint(v4(bytes, at: 20), number(bytes, at: 26)))
    case 2:
      header.told = ToldAddresses(
        client: Endpoint(v6(bytes, at: 16), number(bytes, at: 48)),
        entrance: Endpoint(v6(bytes, at: 32), number(bytes, at: 50)))
    // Unix sockets have no address that others could use.
    default: break
    }
    return .whole(header)
  }

  /// What is wrong with the further fields; the checksum, where there is one, is over the whole header, with zeros in
  /// its own place.
  private static func flaw(inExtras extras: Range<Int>, of bytes: Span<UInt8>) -> HeaderFlaw? {
    var place = extras.lowerBound
    while place < extras.upperBound {  // bound: the header
      guard place + 3 <= extras.upperBound else { return .malformed }
      let value = place + 3..<place + 3 + Int(number(bytes, at: place + 1))
      guard value.upperBound <= extras.upperBound else { return .malformed }
      if bytes[place] == checksumType {
        guard value.count == 4 else { return .malformed }
        var sum = CRC32C()
        for index in 0..<bytes.count { sum.add(value.contains(index) ? 0 : bytes[index]) }
        guard sum.value == word(bytes, at: value.lowerBound) else { return .wrongChecksum }
      }
      place = value.upperBound
    }
    return nil
  }

  private static func number(_ bytes: Span<UInt8>, at place: Int) -> UInt16 {
    UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
  }

  private static func word(_ bytes: Span<UInt8>, at place: Int) -> UInt32 {
    UInt32(number(bytes, at: place)) << 16 | UInt32(number(bytes, at: place + 2))
  }

  private static func v4(_ bytes: Span<UInt8>, at place: Int) -> IPAddress { IPAddress(v4: word(bytes, at: place)) }

  private static func v6(_ bytes: Span<UInt8>, at place: Int) -> IPAddress {
    func half(_ place: Int) -> UInt64 {
      UInt64(word(bytes, at: place)) << 32 | UInt64(word(bytes, at: place + 4))
    }
    return IPAddress(v6: half(place), half(place + 8))
  }
}

/// Why the first bytes of a client are not the header that they have to be.
public enum HeaderFlaw: Sendable, Equatable, CaseIterable {
  /// They are something else: the client speaks without a header.
  case noHeader
  case malformed
  /// More than `ProxyHeader.lineMax` or `ProxyHeader.blockMax`.
  case tooLong
  case unknownVersion
  case unknownCommand
  case unknownFamily
  case wrongChecksum
  /// The client has ended its stream before the header was whole.
  case ended
  /// The header was not whole in time.
  case late

  /// A few words for people; stable, because logs are searched for them.
  public var text: String {
    switch self {
    case .noHeader: "no PROXY header"
    case .malformed: "malformed PROXY header"
    case .tooLong: "PROXY header too long"
    case .unknownVersion: "unknown version of the PROXY protocol"
    case .unknownCommand: "unknown command in the PROXY header"
    case .unknownFamily: "unknown address family in the PROXY header"
    case .wrongChecksum: "wrong checksum in the PROXY header"
    case .ended: "end of stream before the PROXY header was complete"
    case .late: "PROXY header not complete in time"
    }
  }
}
