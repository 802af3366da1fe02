import Testing

/// Every rule complains of what is wrong and lets pass what is right.
struct RuleTests {
  @Test("the rule tells bad from good", arguments: Sample.all)
  func tells(_ sample: Sample) {
    let complaints = sample.rule.complaints(Repository(sample.path, sample.bad))
    #expect(!complaints.isEmpty, "it lets pass: \(sample.bad)")
    for complaint in complaints {
      #expect(complaint.path == sample.path && complaint.line > 0)
    }
    let unjust = sample.rule.complaints(Repository(sample.path, sample.good))
    #expect(unjust.isEmpty, "it complains of: \(sample.good)")
  }

  @Test func everyRuleHasASample() {
    let tried = Set(Sample.all.map(\.rule.name))
    #expect(Rule.all.filter { !tried.contains($0.name) }.map(\.name) == [])
    #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
  }

  @Test func namesTheLine() {
    let file = Repository("Sources/PorxyCore/Flow.swift", "struct Flow {\n  let a = try! b()\n}\n")
    #expect(Rule.noForceTry.complaints(file).map(\.description) == ["Sources/PorxyCore/Flow.swift:2: try!"])
  }

  @Test func aRatchetExcusesOnlyWhatItNames() {
    let file = SourceFile("a.swift", "")
    let found = [("a", Complaint(file, 1, "first")), ("a", Complaint(file, 2, "second"))]
    #expect(Ratchet(exceptions: [("a", 1)]).judge(found).map(\.what) == ["second"])
    #expect(Ratchet(exceptions: [("a", 2)]).judge(found).isEmpty)
    #expect(Ratchet(exceptions: [("b", 2)]).judge(found).count == 3)
  }

  @Test func aRatchetMayOnlyShrink() {
    let stale = Ratchet(exceptions: [("a", 3)]).judge([("a", Complaint(SourceFile("a.swift", ""), 1, "first"))])
    #expect(stale.map(\.what) == ["a needs only 1 of 3: lower or remove the exception"])
  }
}
