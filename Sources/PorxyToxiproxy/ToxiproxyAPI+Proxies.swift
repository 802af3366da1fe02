import PorxyAdmin
import PorxyCore
import PorxyFaults

// Making, changing and removing proxies.
extension ToxiproxyAPI {
  /// A proxy as a request describes it, checked as far as that is possible without a socket.
  private struct Wanted {
    var proxy: ToxicProxy
    let isEnabled: Bool
  }

  mutating func create(_ body: JSONValue) throws(ToxiproxyError) -> JSONValue {
    let wanted = try Self.wanted(body)
    guard !proxies.contains(where: { $0.name == wanted.proxy.name }) else { throw .proxyExists }
    return try add(wanted).json
  }

  /// Makes those of a list, or puts them in the place of others of the same name; those that come to the same stay as
  /// they are. What is wrong in the list is found before anything is changed. Gives those that there are now, up to
  /// one that fails, and why.
  package mutating func populate(_ body: [UInt8]) -> (made: [ToxicProxy], error: ToxiproxyError?) {
    var made: [ToxicProxy] = []
    do throws(ToxiproxyError) {
      guard case .array(let elements) = try Self.json(in: body) else { throw .badBody("a list is expected") }
      guard elements.count <= Self.proxiesMax else { throw .badBody("more than \(Self.proxiesMax) proxies") }
      var wanted: [Wanted] = []
      for (index, element) in elements.enumerated() {
        wanted.append(try Self.wanted(element, " at proxy \(index + 1)"))
      }
      for one in wanted { made.append(try addOrReplace(one)) }
      return (made, nil)
    } catch {
      return (made, error)
    }
  }

  /// `whose` stands behind the name of a field that is missing.
  private static func wanted(_ json: JSONValue, _ whose: String = "") throws(ToxiproxyError) -> Wanted {
    let fields = try Fields(json)
    let (name, upstream) = (try fields.text("name") ?? "", try fields.text("upstream") ?? "")
    let listen = try fields.text("listen") ?? ""
    let isEnabled = try fields.flag("enabled") ?? true
    guard !name.isEmpty else { throw .missing("name\(whose)") }
    guard !upstream.isEmpty else { throw .missing("upstream\(whose)") }
    for text in [name, listen, upstream] where text.utf8.count > textMax {
      throw .badBody("a text has more than \(textMax) bytes\(whose)")
    }
    var toxics: [Toxic] = []
    for toxic in try fields.array("toxics") ?? [] {
      let known = toxics
      toxics.append(try Toxic(toxic) { name in known.contains { $0.name == name } })
    }
    let proxy = ToxicProxy(name: name, listen: listen, upstream: upstream, toxics: toxics)
    _ = try proxy.plan()
    return Wanted(proxy: proxy, isEnabled: isEnabled)
  }

  private mutating func add(_ wanted: Wanted) throws(ToxiproxyError) -> ToxicProxy {
    guard proxies.count < Self.proxiesMax else { throw .failed("there are \(Self.proxiesMax) proxies already") }
    var proxy = wanted.proxy
    if wanted.isEnabled { try start(&proxy) }
    let name = proxy.name
    let place = proxies.firstIndex { !$0.name.utf8.lexicographicallyPrecedes(name.utf8) } ?? proxies.endIndex
    proxies.insert(proxy, at: place)
    return proxy
  }

  private mutating func addOrReplace(_ wanted: Wanted) throws(ToxiproxyError) -> ToxicProxy {
    guard let place = try? place(of: wanted.proxy.name) else { return try add(wanted) }
    guard try differs(proxies[place], wanted.proxy.listen, wanted.proxy.upstream) else {
      // A list that was read from here before brings its toxics back.
      if !wanted.proxy.toxics.isEmpty { try setToxics(of: place, to: wanted.proxy.toxics) }
      return proxies[place]
    }
    stop(place)
    var proxy = wanted.proxy
    if wanted.isEnabled { try start(&proxy) }
    proxies[place] = proxy
    return proxy
  }

  mutating func update(_ place: Int, _ body: JSONValue) throws(ToxiproxyError) -> JSONValue {
    let fields = try Fields(body)
    let listen = try fields.text("listen") ?? proxies[place].listen
    let upstream = try fields.text("upstream") ?? proxies[place].upstream
    let isEnabled = try fields.flag("enabled") ?? proxies[place].isEnabled
    for text in [listen, upstream] where text.utf8.count > Self.textMax {
      throw .badBody("a text has more than \(Self.textMax) bytes")
    }
    if try differs(proxies[place], listen, upstream) {
      stop(place)
      (proxies[place].listen, proxies[place].upstream) = (listen, upstream)
    }
    if isEnabled { try start(place) } else { stop(place) }
    return proxies[place].json
  }

  mutating func delete(_ name: String) throws(ToxiproxyError) {
    let place = try place(of: name)
    stop(place)
    proxies.remove(at: place)
  }

  /// Enables all proxies, and removes all toxics. One that cannot listen does not keep others from it.
  mutating func reset() throws(ToxiproxyError) {
    var failure: ToxiproxyError?
    for place in proxies.indices {
      do throws(ToxiproxyError) {
        try setToxics(of: place, to: [])
        try start(place)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// Ends all connections, and closes all ports.
  package mutating func stopAll() {
    for place in proxies.indices { stop(place) }
  }

  // MARK: Running

  private mutating func start(_ proxy: inout ToxicProxy) throws(ToxiproxyError) {
    let plan = try proxy.plan()
    let wanted: Endpoint
    do throws(HostFailure) {
      wanted = try endpoint(proxy.listen)
    } catch {
      throw .failed("listen tcp: \(error.message)")
    }
    do throws(HostFailure) {
      proxy.listen = "\(try host.start(proxy.name, at: wanted, to: proxy.upstream, plan))"
      proxy.isEnabled = true
    } catch {
      throw .failed(error.message)
    }
  }

  /// Of a proxy that is there; it may run already.
  private mutating func start(_ place: Int) throws(ToxiproxyError) {
    guard !proxies[place].isEnabled else { return }
    var proxy = proxies[place]
    try start(&proxy)
    proxies[place] = proxy
  }

  private mutating func stop(_ place: Int) {
    guard proxies[place].isEnabled else { return }
    proxies[place].isEnabled = false
    host.stop(proxies[place].name)
  }

  private mutating func endpoint(_ listen: String) throws(HostFailure) -> Endpoint {
    let wanted = try HostPort(listen)
    if let address = wanted.address { return Endpoint(address, wanted.port) }
    return Endpoint(try host.address(of: wanted.host), wanted.port)
  }

  /// Whether a proxy would listen at another place, or lead to another one.
  private mutating func differs(
    _ proxy: ToxicProxy, _ listen: String, _ upstream: String
  ) throws(ToxiproxyError) -> Bool {
    guard listen != proxy.listen || upstream != proxy.upstream else { return false }
    do throws(HostFailure) {
      return try "\(endpoint(listen))" != proxy.listen || upstream != proxy.upstream
    } catch {
      throw .failed(error.message)
    }
  }
}
