import PorxyAdmin
import PorxyFaults

// The toxics of a proxy. A change that its plan does not bear changes nothing.
extension ToxiproxyAPI {
  mutating func addToxic(to place: Int, _ body: JSONValue) throws(ToxiproxyError) -> JSONValue {
    let known = proxies[place].toxics
    let toxic = try Toxic(body) { name in known.contains { $0.name == name } }
    try setToxics(of: place, to: known + [toxic])
    return toxic.json
  }

  mutating func change(_ toxic: Toxic, of place: Int, _ body: JSONValue) throws(ToxiproxyError) -> JSONValue {
    let changed = try toxic.changed(by: body)
    try setToxics(of: place, to: proxies[place].toxics.map { $0.name == toxic.name ? changed : $0 })
    return changed.json
  }

  mutating func remove(_ toxic: Toxic, of place: Int) throws(ToxiproxyError) {
    try setToxics(of: place, to: proxies[place].toxics.filter { $0.name != toxic.name })
  }

  /// From its return on, the proxy has these toxics.
  mutating func setToxics(of place: Int, to toxics: [Toxic]) throws(ToxiproxyError) {
    guard toxics != proxies[place].toxics else { return }
    var proxy = proxies[place]
    let gone = proxy.toxics.filter { old in !toxics.contains { $0.name == old.name && $0.type == old.type } }
    proxy.toxics = toxics
    let plan = try proxy.plan()
    // Two steps: what ends sessions in the first is in effect before the second.
    let ends = gone.flatMap(\.linesOfRemoval)
    let first = ends.isEmpty ? nil : try? proxy.plan(ends)
    proxies[place] = proxy
    guard proxy.isEnabled else { return }
    if let first { host.change(proxy.name, to: first) }
    host.change(proxy.name, to: plan)
  }
}
