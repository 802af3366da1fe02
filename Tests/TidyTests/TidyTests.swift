import Testing

/// The house style over this repository.
struct TidyTests {
  @Test("the repository keeps the rule", arguments: Rule.all)
  func keeps(_ rule: Rule) {
    for complaint in rule.complaints(.here) {
      Issue.record("\(complaint.description)\n  rule: \(rule.name)\n  cure: \(rule.cure)")
    }
  }

  /// A repository that is not found would keep every rule.
  @Test func looksAtTheWholeRepository() {
    let paths = Repository.here.files.map(\.path)
    for path in ["Package.swift", "config.yaml", ".swift-format", "Sources/PorxyCore/Transport/Transport.swift"] {
      #expect(paths.contains(path))
    }
    #expect(!paths.contains { $0.hasPrefix(".build/") || $0.hasPrefix(".git/") })
  }
}
