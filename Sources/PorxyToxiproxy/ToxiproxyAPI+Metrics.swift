import PorxyCore

// What Toxiproxy counts with `-proxy-metrics`, in Prometheus' text format. Toxiproxy counts a connection's bytes at its
// end, porxy when it has relayed them.
extension ToxiproxyAPI {
  /// Of the proxies that run.
  mutating func metrics() -> String {
    var counts: [String] = []
    for proxy in proxies where proxy.isEnabled {
      let traffic = host.traffic(of: proxy.name)
      for (stream, bytes) in [(ToxicStream.upstream, traffic.upstream), (.downstream, traffic.downstream)] {
        counts.append(
          "{direction=\"\(stream.rawValue)\",listener=\(Self.quoted(proxy.listen)),proxy=\(Self.quoted(proxy.name)),"
            + "upstream=\(Self.quoted(proxy.upstream))} \(bytes)\n")
      }
    }
    return ["received", "sent"].map { word in
      let name = "toxiproxy_proxy_\(word)_bytes_total"
      return "# HELP \(name) Bytes that the proxy has \(word)\n# TYPE \(name) counter\n"
        + counts.map { name + $0 }.joined()
    }.joined()
  }

  /// A label's value.
  private static func quoted(_ text: String) -> String {
    var escaped: [UInt8] = []
    escaped.append(escapingLabel: text)
    return "\"\(String(decoding: escaped, as: UTF8.self))\""
  }
}
