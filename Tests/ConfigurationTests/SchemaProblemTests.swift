import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// Each mistake is told where it is, with what to do about it, and nothing else is complained about.
@Suite(.timed) struct SchemaProblemTests {
  /// A text of the minimal file, what stands there instead, and what is said about it.
  typealias Case = (text: String, instead: String, place: String, words: [String])

  private func check(_ mistake: Case) throws {
    let (text, instead, place, words) = mistake
    #expect(minimal.contains(text))
    let found = errors(minimal.replacing(text, with: instead, maxReplacements: 1))
    #expect(found.count == 1, "\(found)")
    let error = try #require(found.first)
    #expect(error.hasPrefix("\(place) "), "\(error)")
    for word in words { #expect(error.contains(word)) }
  }

  @Test("a listener with mirror leads to one place, whatever its port")
  func mirror() {
    func text(_ mirror: String, _ port: String) -> String {
      """
      listeners:
        - {name: web, backend: app, address: 127.0.0.1, ports: 80-81, mirror: \(mirror)}
      backends:
        - {name: app, host: h, port: \(port)}
      """
    }
    let found = errors(text("true", "same"))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.hasPrefix("2:73 ") == true, "\(found)")
    #expect(found.first?.contains("give the backend a port") == true, "\(found)")
    #expect(errors(text("true", "8080")).isEmpty && errors(text("false", "same")).isEmpty)
  }

  @Test(
    "keys",
    arguments: [
      ("    port: 80\n", "    prot: 80\n", "5:5", ["unknown key \"prot\" in a listener", "did you mean \"port\"?"]),
      ("    port: 80\n", "    port: 80\n    adress: x\n", "6:5", ["\"adress\"", "did you mean \"address\"?"]),
      ("    port: 80\n", "    port: 80\n    colour: x\n", "6:5", ["\"colour\"", "known keys: name, backend, address"]),
      ("    port: 80\n", "    port:80: x\n", "5:5", ["\"port:80\"", "a space must follow the colon"]),
      ("    port: 80\n", "", "2:5", ["a listener needs a key \"port\"", "\"port: 8000\""]),
      ("    address: 127.0.0.1\n", "", "2:5", ["needs a key \"address\"", "0.0.0.0"]),
      ("  - name: web\n    backend", "  - backend", "2:5", ["needs a key \"name\"", "name: web"]),
      ("    backend: app\n", "", "2:5", ["needs a key \"backend\""]),
      ("    host: app.example\n", "", "7:5", ["a backend needs a key \"host\"", "localhost"]),
      ("    port: 9\n", "", "7:5", ["a backend needs a key \"port\""]),
      ("    port: 9\n", "    port: 9\n    address: x\n", "10:5", ["unknown key \"address\" in a backend"]),
      ("    port: 9\n", "    port: 9\n    <<: x\n", "10:5", ["unknown key \"<<\" in a backend"]),
      ("    port: 80\n", "    port: 80\n    port: 81\n", "6:5", ["\"port\"", "duplicate"]),
      ("backends:\n", "servers: x\nbackends:\n", "6:1", ["\"servers\"", "known keys: listeners"]),
      ("backends:\n", "Limits:\n  sessions: 5\nbackends:\n", "6:1", ["\"Limits\"", "did you mean \"limits\"?"]),
      ("  - name: web\n", "  - nmae: web\n", "2:5", ["did you mean \"name\"?"]),
      ("backends:\n", "backend:\n", "6:1", ["did you mean \"backends\"?"]),
      ("listeners:\n", "listener:\n", "1:1", ["did you mean \"listeners\"?"]),
    ] as [Case])
  func keys(mistake: Case) throws { try check(mistake) }

  @Test(
    "admin",
    arguments: [
      ("backends:\n", "admin: on\nbackends:\n", "6:8", ["\"admin\" cannot be \"on\"", "write off, or keys"]),
      ("backends:\n", "admin: {socket: a/}\nbackends:\n", "6:17", ["\"a/\" is no path of a file"]),
      (
        "backends:\n", "admin: {socket: \(String(repeating: "x", count: 108))}\nbackends:\n", "6:17",
        ["longer than 107 bytes"]
      ),
      ("backends:\n", "admin: {socket: a, mode: 0999}\nbackends:\n", "6:26", ["\"mode\" cannot be \"0999\""]),
      ("backends:\n", "admin: {socket: a, mode: \"1777\"}\nbackends:\n", "6:26", ["\"0000\" to \"0777\""]),
      ("backends:\n", "admin: {socket: a, group: 'a b'}\nbackends:\n", "6:27", ["\"group\" cannot be"]),
      ("backends:\n", "admin: {http: {address: 127.0.0.1}}\nbackends:\n", "6:16", ["needs a key \"port\"", "9180"]),
      ("backends:\n", "admin: {http: {port: 0}}\nbackends:\n", "6:22", ["\"port\" is out of range"]),
      (
        "backends:\n", "admin: {http: {address: 0.0.0.0, port: 9180, page: true}}\nbackends:\n", "6:52",
        ["the page is for a loopback address only"]
      ),
      ("backends:\n", "admin: {http: {address: localhost, port: 9}}\nbackends:\n", "6:25", ["is not an address"]),
      ("backends:\n", "admin: {http: {address: fe80::1%2, port: 9}}\nbackends:\n", "6:25", ["is not an address"]),
      ("backends:\n", "admin: {http: {port: 9, hosts: a}}\nbackends:\n", "6:32", ["must be a sequence", "[a, b]"]),
      ("backends:\n", "admin: {http: {port: 9, hosts: ['a:1']}}\nbackends:\n", "6:33", ["is not a host name"]),
    ] as [Case])
  func admin(mistake: Case) throws { try check(mistake) }

  @Test(
    "faults",
    arguments: [
      ("backends:\n", "faults: {seed: v2:0x1}\nbackends:\n", "6:16", ["\"seed\" cannot be \"v2:0x1\"", "v1:0x2a"]),
      ("backends:\n", "faults: {plan: [latncy 5ms]}\nbackends:\n", "6:17", ["no fault \"latncy\"", "write latency"]),
      ("backends:\n", "faults:\n  plan:\n    - latency 5ms on web of moon\nbackends:\n", "8:29", ["\"moon\""]),
      ("backends:\n", "faults: {plan: [\"stall server\"]}\nbackends:\n", "6:24", ["no side", "client or backend"]),
      ("backends:\n", "faults: {plan: [drop 1%]}\nbackends:\n", "6:17", ["below TCP", "netem loss 1%"]),
      ("backends:\n", "faults: {plan: [latency 5ms on wbe]}\nbackends:\n", "6:17", ["no listener", "\"web\"?"]),
      (
        "backends:\n", "faults: {plan: [latency 5ms as a, latency 6ms as a]}\nbackends:\n", "6:35",
        ["two faults called \"a\""]
      ),
      ("backends:\n", "faults: {plan: stall client}\nbackends:\n", "6:16", ["must be a sequence"]),
      ("backends:\n", "faults: on\nbackends:\n", "6:9", ["write off, or keys"]),
    ] as [Case])
  func faults(mistake: Case) throws { try check(mistake) }

  @Test(
    "PROXY protocol",
    arguments: [
      ("    port: 80\n", "    port: 80\n    proxy_protocol: on\n", "6:21", ["cannot be \"on\"", "write off, or keys"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {}\n", "6:21", ["needs a key \"from\"", "10.0.0.0/8"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: []}\n", "6:28", ["\"from\" is empty"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: 10.0.0.0/8}\n", "6:28", ["must be a sequence"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: [lan]}\n", "6:29", ["\"lan\" is not a network"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: [10.0.0/8]}\n", "6:29", ["is not a network"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: [10.0.0.0/33]}\n", "6:29", ["from 0 to 32"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: [10.0.0.0/08]}\n", "6:29", ["from 0 to 32"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: [10.0.0.0/]}\n", "6:29", ["from 0 to 32"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: ['fd00::/129']}\n", "6:29", ["from 0 to 128"]),
      ("    port: 80\n", "    port: 80\n    proxy_protocol: {from: ['fe80::1%2']}\n", "6:29", ["is not a network"]),
      (
        "    port: 80\n", "    port: 80\n    proxy_protocol: {from: [192.0.2.7, 10.1.2.3/8]}\n", "6:40",
        ["not the first address of a network", "write 10.0.0.0/8, or the address alone: 10.1.2.3"]
      ),
      (
        "    port: 80\n", "    port: 80\n    proxy_protocol: {from: [192.0.2.7], timeout: 2s}\n", "6:50",
        ["\"timeout\" is out of range", "3s"]
      ),
      ("    port: 9\n", "    port: 9\n    proxy_protocol: v3\n", "10:21", ["\"proxy_protocol\" cannot be \"v3\""]),
      ("    port: 9\n", "    port: 9\n    proxy_protocol: true\n", "10:21", ["\"proxy_protocol\" cannot be"]),
    ] as [Case])
  func headers(mistake: Case) throws { try check(mistake) }

  @Test(
    "values",
    arguments: [
      ("name: web", "name:", "2:10", ["\"name\" has no value", "after the colon"]),
      ("name: web", "name: null", "2:11", ["\"name\" has no value", "quotes"]),
      ("name: web", "name: ''", "2:11", ["\"name\" is empty"]),
      ("name: web", "name: [web]", "2:11", ["\"name\" must be text", "a sequence"]),
      ("name: web", "name: {a: b}", "2:11", ["\"name\" must be text", "a mapping"]),
      ("name: web", "name: \"a\\nb\"", "2:11", ["control or invisible"]),
      ("name: web", "name: \"a\\u202Eb\"", "2:11", ["control or invisible"]),
      ("name: web", "name: ' web'", "2:11", ["space"]),
      ("name: web", "name: \"\(String(repeating: "x", count: 101))\"", "2:11", ["longer than 100"]),
      ("backend: app", "backend: 'ap'", "3:14", ["no backend \"ap\"", "did you mean \"app\"?"]),
      ("backend: app", "backend: something", "3:14", ["no backend \"something\"", "from \"backends\""]),
      ("port: 80", "port: 0", "5:11", ["\"port\" is out of range", "from 1 to 65535"]),
      ("port: 80", "port: 65536", "5:11", ["out of range"]), ("port: 80", "port: -1", "5:11", ["out of range"]),
      ("port: 80", "port: 99999999999999999999", "5:11", ["out of range"]),
      ("port: 80", "port: '65536'", "5:11", ["out of range"]),
      ("port: 80", "port: \"99999999999999999999\"", "5:11", ["out of range"]),
      ("port: 80", "port: http", "5:11", ["must be a whole number", "text"]),
      ("port: 80", "port: 80.0", "5:11", ["must be a whole number"]),
      ("port: 80", "port: 8e1", "5:11", ["whole number"]),
      ("port: 80", "port: ''", "5:11", ["whole number"]), ("port: 80", "port: ' 80'", "5:11", ["whole number"]),
      ("port: 80", "port: '+80'", "5:11", ["whole number"]), ("port: 80", "port: '0x50'", "5:11", ["whole number"]),
      ("port: 80", "port:", "5:10", ["whole number", "empty"]), ("port: 80", "port: [80]", "5:11", ["a sequence"]),
      ("port: 80", "port: true", "5:11", ["whole number", "true"]), ("port: 80", "port: 80:81", "5:11", ["text"]),
      ("port: 80", "port: ８０", "5:11", ["whole number"]),
      ("port: 9", "port: 80-90", "9:11", ["whole number"]), ("port: 9", "port: Same", "9:11", ["whole number"]),
      ("port: 80", "ports: 80", "5:12", ["\"ports\" cannot be \"80\"", "like 9000-9100", "\"port:\""]),
      ("port: 80", "ports: 80-", "5:12", ["cannot be"]), ("port: 80", "ports: 80-81-82", "5:12", ["cannot be"]),
      ("port: 80", "ports: 80 - 81", "5:12", ["cannot be"]), ("port: 80", "ports: 0-80", "5:12", ["out of range"]),
      ("port: 80", "ports: 80-65536", "5:12", ["out of range"]), ("port: 80", "ports: same", "5:12", ["cannot be"]),
      ("port: 80", "ports: 99999999999999999999-99999999999999999999", "5:12", ["out of range"]),
      ("port: 80", "ports: 81-80", "5:12", ["the last port is lower", "write the lower one first: 80-81"]),
      ("port: 80", "ports: [80, 81]", "5:12", ["must be text, but is a sequence"]),
      ("port: 80", "port: 80\n    ports: 80-81", "6:5", ["both \"port\" and \"ports\""]),
      ("port: 80", "prts: 80-81", "5:5", ["did you mean \"ports\"?"]),
      ("port: 80", "ports: 1-10001", "5:12", ["more than 10000 addresses and ports", "descriptor"]),
      ("    port: 80\n", "    port: 80\n    freebind: 1\n", "6:15", ["\"freebind\" must be true or false"]),
      ("    port: 80\n", "    port: 80\n    dual_stack: true\n", "6:17", ["\"dual_stack\"", "\"::\""]),
      ("    port: 80\n", "    port: 80\n    limits: {buffer: 64KiB}\n", "6:14", ["unknown key \"buffer\""]),
      ("    port: 80\n", "    port: 80\n    limits: 5\n", "6:13", ["must be a mapping", "a number"]),
      ("    port: 80\n", "    port: 80\n    limits: {sessions: 0}\n", "6:24", ["out of range", "from 1"]),
      ("    port: 80\n", "    port: 80\n    timeouts: 5s\n", "6:15", ["must be a mapping", "connect"]),
    ] as [Case])
  func values(mistake: Case) throws { try check(mistake) }

  @Test(
    "addresses",
    arguments: [
      ("example.com", ["not an address to listen on", "not resolved"]), ("Localhost", ["not an address"]),
      ("1.2.3", ["not an IPv4 address", "four numbers"]), ("010.0.0.1", ["not an IPv4 address", "leading zeros"]),
      ("256.0.0.1", ["not an IPv4 address"]), ("1.2.3.4.5", ["not an IPv4 address"]), ("0", ["not an IPv4 address"]),
      ("0x7f.1", ["not an IPv4 address"]), ("0.0.0.0:80", ["not an address"]),
      ("'[::1]:80'", ["write the port after \"port:\""]),
      ("1::2::3", ["not an IPv6 address"]), ("'1:2:3'", ["not an IPv6 address"]),
      ("'[1.2.3.4]'", ["not an IPv6 address"]),
      ("fe80::1%eth/0", ["not an IPv6 address", "name or number"]), ("fe80::1", ["link-local", "%INTERFACE"]),
      ("fe80::1%02", ["not an IPv6 address", "name or number"]), ("fe80::1%..", ["not an IPv6 address"]),
      ("fe80::1%a_name_of_16_abc", ["not an IPv6 address"]), ("fe80::1%", ["not an IPv6 address"]),
      ("2001:db8::1%eth0", ["only link-local"]), ("::%lo", ["only link-local"]), ("10.0.0.1%eth0", ["not an address"]),
      ("2001:db8::1%2", ["only link-local"]),
      ("::ffff:1.2.3.4", ["IPv4 address written as an IPv6 address", "write 1.2.3.4"]),
      ("'[::1'", ["not an IPv6 address"]), ("\"**\"", ["not an address"]), ("[::]", ["must be text", "quotes"]),
      ("127.0.0.1/8", ["not an address"]), ("\" 127.0.0.1\"", ["not an IPv4 address"]),
    ] as [(String, [String])])
  func addresses(written: String, words: [String]) throws {
    try check(("127.0.0.1", written, "4:14", words))
  }

  @Test(
    "hosts",
    arguments: [
      ("\"*\"", ["not a host name"]), ("a b", ["not a host name"]), ("http://a", ["not a host name"]),
      ("a:80", ["not a host name", "port:"]),
      ("a..b", ["1 to 63"]), (".a", ["1 to 63"]), ("'.'", ["1 to 63"]), ("a-.b", ["begin or end"]),
      ("-a", ["begin or end"]),
      ("127.1", ["not an IPv4 address"]), ("5", ["not an IPv4 address"]), ("1.2.3.4.", ["not an IPv4 address"]),
      ("example.1", ["not an IPv4"]),
      ("a.0x1f", ["not an IPv4"]), ("2130706433", ["not an IPv4"]), ("0x7f000001", ["not an IPv4"]),
      ("bücher.example", ["not a host name"]),
      ("'[::1]:9'", ["port:"]), ("'[a]'", ["not an IPv6 address"]), ("::ffff:1.2.3.4", ["write 1.2.3.4"]),
      ("a/b", ["not a host name"]),
      (String(repeating: "a", count: 64), ["1 to 63"]), (String(repeating: "a.", count: 127) + "b", ["253"]),
      ("user@a", ["not a host name"]), ("\"a\\0\"", ["not a host name"]),
    ] as [(String, [String])])
  func hosts(written: String, words: [String]) throws {
    try check(("app.example", written, "8:11", words))
  }

  @Test("congestion control", arguments: ["'a b'", "a_name_of_sixteen", "'é'", "../x"])
  func congestions(written: String) throws {
    try check(("app.example", "app.example\n    congestion: \(written)", "9:17", ["cannot be", "auto, system"]))
  }

  /// What stands at the end of the minimal file.
  @Test(
    "settings",
    arguments: [
      ("timeouts: {idle: 5}", "10:18", ["\"idle\" needs a unit", "10s"]),
      ("timeouts: {idle: 0}", "10:18", ["needs a unit"]),
      ("timeouts: {idle: '5'}", "10:18", ["needs a unit"]),
      ("timeouts: {idle: 0s}", "10:18", ["out of range", "off for none"]),
      ("timeouts: {connect: 0ms}", "10:21", ["out of range"]), ("timeouts: {user: 0s}", "10:18", ["out of range"]),
      ("timeouts: {user: 597h}", "10:18", ["out of range", "596h"]),
      ("timeouts: {idle: 8761h}", "10:18", ["out of range"]),
      ("timeouts: {idle: 99999999999999999999s}", "10:18", ["out of range"]),
      ("timeouts: {idle: 9223372036854775807h}", "10:18", ["out of range"]),
      ("timeouts: {idle: 1.5s}", "10:18", ["cannot be \"1.5s\""]), ("timeouts: {idle: 1m30s}", "10:18", ["cannot be"]),
      ("timeouts: {idle: 5 s}", "10:18", ["cannot be"]), ("timeouts: {idle: 5S}", "10:18", ["cannot be"]),
      ("timeouts: {idle: 1d}", "10:18", ["cannot be"]),
      ("timeouts: {idle: -1s}", "10:18", ["cannot be"]),
      ("timeouts: {idle: false}", "10:18", ["cannot be", "off for none"]),
      ("timeouts: {idle: none}", "10:18", ["off for none"]),
      ("timeouts: {idle: }", "10:17", ["cannot be", "off for none"]),
      ("timeouts: {idle: [5s]}", "10:18", ["must be a duration", "a sequence"]),
      ("timeouts: {drain: off}", "10:19", ["cannot be \"off\""]),
      ("timeouts: {notice: off}", "10:20", ["cannot be \"off\""]),
      ("timeouts: {notice: 8761h}", "10:20", ["out of range", "0s to"]),
      ("timeouts: {keepalive: on}", "10:23", ["cannot be \"on\"", "{idle: 10m"]),
      ("timeouts: {keepalive: 5s}", "10:23", ["\"keepalive\" cannot be"]),
      ("timeouts: {keepalive: [5s]}", "10:23", ["\"keepalive\" must be a mapping"]),
      ("timeouts: {keepalive: {idle: 500ms}}", "10:30", ["out of range", "1s to"]),
      ("timeouts: {keepalive: {idle: 1500ms}}", "10:30", ["whole seconds", "1s or 2s"]),
      ("timeouts: {keepalive: {idle: 10h}}", "10:30", ["out of range", "32767s"]),
      ("timeouts: {keepalive: {interval: off}}", "10:34", ["cannot be"]),
      ("timeouts: {keepalive: {count: 128}}", "10:31", ["from 1 to 127"]),
      ("timeouts: {keepalive: {count: 0}}", "10:31", ["from 1 to 127"]),
      ("timeouts: {keepalive: {probes: 1}}", "10:24", ["unknown key \"probes\""]),
      ("timeouts: {konnect: 1s}", "10:12", ["did you mean \"connect\"?"]),
      ("timeouts: [idle]", "10:11", ["must be a mapping"]),
      ("timeouts: 5s", "10:11", ["must be a mapping"]),
      ("resolve: {keep: 60}", "10:17", ["\"keep\" needs a unit", "or off"]),
      ("resolve: {keep: 0s}", "10:17", ["out of range", "1ms to 8760h", "off"]),
      ("resolve: {keeps: 1m}", "10:11", ["in \"resolve\"", "did you mean \"keep\"?"]),
      ("resolve: 1m", "10:10", ["must be a mapping", "keep"]),
      ("limits: {sessions: 0}", "10:20", ["out of range"]), ("limits: {sessions: 10000001}", "10:20", ["out of range"]),
      ("limits: {sessions: many}", "10:20", ["whole number"]),
      ("limits: {buffer: 65536}", "10:18", ["needs a unit", "64KiB"]),
      ("limits: {buffer: 64KB}", "10:18", ["cannot be \"64KB\"", "64KiB"]),
      ("limits: {buffer: 64kib}", "10:18", ["cannot be"]),
      ("limits: {buffer: 8KiB}", "10:18", ["out of range", "16KiB to 16MiB"]),
      ("limits: {buffer: 1GiB}", "10:18", ["out of range"]),
      ("limits: {buffer: 99999999999999999999B}", "10:18", ["out of range"]),
      ("limits: {buffer: 9223372036854775807GiB}", "10:18", ["out of range"]),
      ("limits: {buffer: []}", "10:18", ["must be a size"]),
      ("limits: {buffer: off}", "10:18", ["cannot be"]),
      ("log: debug", "10:6", ["must be a mapping", "level"]),
      ("log: {level: verbose}", "10:14", ["cannot be \"verbose\"", "error, warning, info, debug"]),
      ("log: {level: warn}", "10:14", ["cannot be \"warn\""]),
      ("log: {level: Info}", "10:14", ["did you mean \"info\"?"]),
      ("log: {format: jsn}", "10:15", ["did you mean \"json\"?"]),
      ("log: {sessions: usefull}", "10:17", ["did you mean \"useful\"?"]),
      ("log: {tcp_info: on}", "10:17", ["true", "false"]),
      ("log: {format: [json]}", "10:15", ["must be a word"]), ("log: {level: }", "10:13", ["cannot be"]),
      ("workers: 0", "10:10", ["from 1 to 1024"]), ("workers: 1025", "10:10", ["from 1 to 1024"]),
      ("workers: all", "10:10", ["cannot be \"all\"", "auto"]),
      ("workers: 1.5", "10:10", ["whole number"]), ("workers:", "10:9", ["whole number"]),
      ("workers: [1]", "10:10", ["whole number"]),
      ("relay: spilce", "10:8", ["did you mean \"splice\"?"]),
      ("relay: 5", "10:8", ["cannot be \"5\"", "auto, copy, splice"]), ("relay:", "10:7", ["cannot be"]),
      ("spin: 100", "10:7", ["needs a unit", "50us", "auto", "off"]), ("spin: 11ms", "10:7", ["1us to 10ms"]),
      ("spin: 0us", "10:7", ["out of range"]), ("spin: yes", "10:7", ["cannot be \"yes\"", "auto"]),
      ("spin: [1us]", "10:7", ["must be a duration"]), ("spin:", "10:6", ["cannot be"]),
    ] as [(String, String, [String])])
  func settings(line: String, place: String, words: [String]) throws {
    let found = errors(minimal + line + "\n")
    #expect(found.count == 1, "\(found)")
    let error = try #require(found.first)
    #expect(error.hasPrefix("\(place) "), "\(error)")
    for word in words { #expect(error.contains(word)) }
  }

  @Test(
    "whole files",
    arguments: [
      ("", "1:1", "no settings"), ("\n# a\n", "3:1", "no settings"), ("---\n...\n", "1:4", "no settings"),
      ("~", "1:1", "no settings"),
      ("listeners", "1:1", "must be a mapping"), ("- listeners", "1:1", "must be a mapping"),
      ("5", "1:1", "must be a mapping"),
      ("[]", "1:1", "must be a mapping"),
      (minimal.replacing("listeners:", with: "listeners: []\nx:"), "1:12", "no listeners"),
      ("listeners:\nbackends: [{name: a, host: b, port: 1}]", "1:11", "no listeners"),
      ("listeners: {}\nbackends: [{name: a, host: b, port: 1}]", "1:12", "must be a sequence, but is a mapping"),
      ("listeners: web\nbackends: [{name: a, host: b, port: 1}]", "1:12", "must be a sequence, but is text"),
      ("listeners: [web]\nbackends: [{name: a, host: b, port: 1}]", "1:13", "a listener must be a mapping"),
      ("listeners: [~]\nbackends: [{name: a, host: b, port: 1}]", "1:13", "a listener must be a mapping"),
      ("backends: [{name: a, host: b, port: 1}]", "1:1", "needs a key \"listeners\""),
      ("listeners: [{name: a, backend: b, address: 1.1.1.1, port: 1}]", "1:1", "needs a key \"backends\""),
      ("listeners: [{name: a, backend: b, address: 1.1.1.1, port: 1}]\nbackends: []", "2:11", "no backends"),
    ])
  func wholeFiles(text: String, place: String, words: String) throws {
    let error = try #require(errors(text).first)
    #expect(error.hasPrefix("\(place) "), "\(error)")
    #expect(error.contains(words), "\(error)")
    #expect(read(configuration: text).configuration == nil)
  }

  @Test func dualStackHasItsTypeAndItsPlace() {
    let listener = minimal.replacing("127.0.0.1", with: "\"*\"")
    func message(_ value: String) -> String? {
      errors(listener.replacing("    port: 80\n", with: "    port: 80\n    dual_stack: \(value)\n")).first
    }
    #expect(message("true") == nil)
    #expect(message("false")?.hasPrefix("6:17 the address \"*\" means both") == true)
    #expect(message("no")?.contains("must be true or false") == true)
    #expect(message("1")?.contains("must be true or false") == true)
  }

  @Test(
    "a section is not missed where it may stand in what could not be read",
    arguments: [
      "listeners:\n\t- {name: a, backend: b, address: \"*\", port: 80}\n",
      "log:\n\tlevel: info\nlisteners:\n  - {name: a, backend: b, address: \"*\", port: 80}\n",
    ])
  func missesNoSectionBehindATab(_ text: String) throws {
    let found = errors(text)
    #expect(found.count == 1 && found[0].hasPrefix("2:1 a tab "), "\(found)")
  }

  /// Time in proportion to the file: each unknown key is not looked for among all others.
  @Test(.timeLimit(.minutes(1))) func manyUnknownKeys() {
    let text = minimal + (0..<20_000).map { "k\($0): 1\n" }.joined()
    #expect(read(configuration: text).errorCount == 20_000)
  }
}
