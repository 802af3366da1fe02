import Glibc
import TestSupport
import Testing

@testable import porxy

/// The page without a browser; .ci/page opens it in one.
@Suite(.timed) struct PageTests {
  @Test func isSmall() {
    let size = Page.html(Overview()).utf8.count + Page.css.utf8.count + Page.js.utf8.count + Page.icon.utf8.count
    #expect(size < 30 * 1024, "\(size) bytes")
  }

  @Test("it needs nothing from elsewhere, and the policy forbids nothing that it needs")
  func isWhole() {
    let html = Page.html(.stalled)
    for text in [html, Page.css, Page.js] {
      for foreign in ["//", "http:", "https:", "@import", "url("] {
        // The comments of the script.
        let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        #expect(!code.contains(foreign), "\(foreign)")
      }
    }
    // `default-src 'self'` takes neither scripts nor styles that stand in the page.
    for inline in ["<style", " style=", " onclick=", " onload=", "javascript:", "<script>"] {
      #expect(!html.contains(inline), "\(inline)")
    }
    #expect(!Page.js.contains("innerHTML") && !Page.js.contains("eval("))
    #expect(Page.headers.contains { $0 == ("Content-Security-Policy", "default-src 'self'") })
  }

  @Test("without script the tables are there, with who does not read and what was not delivered")
  func isReadableWithoutScript() {
    let html = Page.html(.stalled)
    #expect(html.contains("<p id=\"stalls\" role=\"status\" class=\"alarm\">3 stalled: 1 client does not read, 1 "))
    #expect(html.contains("<tr class=\"alarm\"><td>203.0.113.9:51000</td><td>client does not read, 2h00m</td>"))
    #expect(html.contains("<td>1.0 MiB to client</td>"))
    #expect(html.contains("<td>203.0.113.8:40103</td><td>reset</td><td>client</td><td>292 KiB to client</td>"))
    #expect(html.contains("<td>paused: session limit reached</td>"))
    #expect(html.contains("<dd>6 of 8192</dd>"))
    let empty = Page.html(Overview())
    #expect(empty.ranges(of: ">none</td>").count == 5 && empty.contains("No session stalls."))
    #expect(Page.html(.crowded).contains("200 of 10412: those that stall"))
  }

  @Test("an endpoint that gets no sessions says why, and where all backends are plain there is no table of them")
  func showsEndpoints() {
    let html = Page.html(.oneDown)
    #expect(html.contains("<section id=\"more\">"))
    #expect(html.contains("<tr class=\"alarm\"><td>app</td><td>10.0.0.8:80</td><td>down: refused</td>"))
    #expect(html.contains("<tr class=\"alarm\"><td>app</td><td>10.0.0.9:80</td><td>troubled: timed out</td>"))
    #expect(html.contains("<tr class=\"off\"><td>app</td><td>10.0.0.10:80</td><td>draining: administrator</td>"))
    #expect(
      html.contains(
        "<tr class=\"off\"><td>app</td><td>10.0.0.11:80</td><td>up: full</td><td class=\"n\">100</td>"
          + "<td class=\"n\">100</td><td class=\"n\">700us</td><td class=\"n\">4.0ms</td>"))
    #expect(html.contains("<tr><td>app</td><td>10.0.0.7:80</td><td>up</td>"))
    #expect(html.contains("<p id=\"unseen\"></p>"))
    #expect(Page.html(.fleet).contains("1000 of 2400: those that get no sessions, then the others."))
    #expect(Page.html(.stalled).contains("<section id=\"more\" hidden>"))
  }

  @Test("no name becomes markup")
  func escapes() {
    var overview = Overview.stalled
    let hostile = "<script>alert(1)</script>&amp;\"'\0"
    overview.head.readiness = hostile
    overview.head.version = hostile
    overview.head.time = "T<b>"
    overview.head.reload = .init(time: hostile, refusal: hostile)
    overview.listeners = [.init(name: hostile, address: hostile, pause: hostile)]
    overview.backends = [.init(name: hostile, host: hostile, failures: [.init(result: hostile, count: 1)])]
    overview.endpoints = [
      .init(backend: hostile, name: hostile, reason: hostile, failures: [.init(result: hostile, count: 1)])
    ]
    overview.sessions = [
      .init(id: hostile, listener: hostile, backend: hostile, client: hostile, endpoint: hostile, phase: hostile)
    ]
    overview.ended = [
      .init(
        id: hostile, time: hostile, listener: hostile, backend: hostile, client: hostile, how: hostile,
        endedBy: hostile, phase: hostile, error: hostile)
    ]
    let html = Page.html(overview)
    #expect(html.ranges(of: "<script").count == 1, "the one of the page itself")
    #expect(!html.contains("<b>") && !html.contains("\0") && !html.contains("&amp;\"'"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&quot;&#39;\u{fffd}"))
    #expect(Page.escaped("a<b>\"c\"&'d'") == "a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;")
  }

  @Test func isAnEventInThreeLines() throws {
    let event = Page.event(.stalled)
    #expect(event.hasPrefix("retry: 1000\nevent: overview\ndata: {") && event.hasSuffix("}\n\n"))
    #expect(event.split(separator: "\n").count == 3)
    #expect(try Overview(json: Array(event.split(separator: "\n")[2].dropFirst(6).utf8)) == .stalled)
  }

  /// For .ci/page, which names a folder.
  @Test(.enabled(if: Relay.environment("PORXY_WRITE_PAGE") != nil))
  func isWrittenForABrowser() throws {
    let folder = try #require(Relay.environment("PORXY_WRITE_PAGE"))
    var hostile = Overview.usual
    hostile.listeners[0].name = "<img src=x onerror=alert(1)>"
    hostile.endpoints = [.init(backend: "<img src=x onerror=alert(1)>", name: "\n", reason: "</td><b>")]
    let overviews = [
      ("usual", Overview.usual), ("before", .before), ("stalled", .stalled), ("crowded", .crowded),
      ("empty", Overview()), ("hostile", hostile), ("long", .long), ("oneDown", .oneDown),
      ("fleet", .fleet),
    ]
    for (name, overview) in overviews {
      TemporaryFolder.replace("\(folder)/\(name).html", by: Page.html(overview))
      TemporaryFolder.replace("\(folder)/\(name).event", by: Page.event(overview))
    }
    TemporaryFolder.replace("\(folder)/page.css", by: Page.css)
    TemporaryFolder.replace("\(folder)/page.js", by: Page.js)
    TemporaryFolder.replace("\(folder)/page.svg", by: Page.icon)
    let headers = Page.headers.map { "\($0.0): \($0.1)\n" }.joined()
    TemporaryFolder.replace("\(folder)/headers", by: headers)
  }
}
