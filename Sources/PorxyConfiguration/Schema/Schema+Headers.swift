import PorxyCore

extension Schema {
  /// Less may be too short for a network that loses a segment twice.
  private static let headerTimeMin = Duration.seconds(3)

  /// `proxy_protocol` of a listener.
  static let clientHeaders = Section<ClientHeaderSettings>(
    title: "\"proxy_protocol\" of a listener", initial: ClientHeaderSettings(from: []),
    keys: [
      Key(
        "from", \.from, .networks,
        "addresses and networks of the proxies in front: their clients must begin with a header, all others' bytes are "
          + "never read as one"
      ).required("a line like \"from: [10.0.0.0/8]\", with the addresses of the proxies in front"),
      Key(
        "timeout", \.timeout, .duration(in: headerTimeMin...longest),
        "how long a client may take to send its whole header"),
    ])
}

extension Form<[IPNetwork]> {
  /// At least one.
  fileprivate static var networks: Form {
    let all = Form.sequence(of: Form<IPNetwork>.network)
    let read: @Sendable (inout SchemaReader, YAMLNode, String, [IPNetwork]?) -> [IPNetwork]? = {
      reader, node, key, outer in
      if case .sequence(let items) = node.content, items.isEmpty {
        reader.complain(
          node.range, "\(key.quotedForMessage) is empty: no client would send a header",
          "write the addresses of the proxies in front, or proxy_protocol: off")
      }
      return all.read(&reader, node, key, outer)
    }
    return Form(shape: all.shape, read: read, print: all.print)
  }
}

extension Form<IPNetwork> {
  /// `10.0.0.0/8`, `fd00::/8`, or a single address.
  static var network: Form {
    let samples = ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "2001:db8::1", "0.0.0.0/0", "::/0", "192.0.2.128/25"]
    return .text("a network or an address", samples: samples, print: { .text("\($0)") }) { text throws(Fault) in
      do throws(IPNetwork.Flaw) {
        return try IPNetwork(text)
      } catch {
        switch error {
        case .address:
          throw Fault(
            "\(text.quotedForMessage) is not a network",
            "write one like 10.0.0.0/8 or \"fd00::/8\", or an address like 192.0.2.7")
        case .prefix(let family):
          throw Fault(
            "\(text.quotedForMessage) is not a network",
            "write a number from 0 to \(IPNetwork.bits(of: family)) behind the slash")
        case .notFirst(let address, let network):
          throw Fault(
            "\(text.quotedForMessage) is not the first address of a network",
            "write \(network), or the address alone: \(address)")
        }
      }
    }
  }
}
