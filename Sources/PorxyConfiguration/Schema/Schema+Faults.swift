import PorxyCore
import PorxyFaults

extension Schema {
  /// What goes wrong on purpose.
  static let faults = Section<FaultSettings>(
    title: "\"faults\"", initial: FaultSettings(),
    keys: [
      Key("seed", \.seed, .seed, "all draws follow from it; the same one has the same faults befall the same sessions"),
      Key("plan", \.plan, .plan, "the faults, one a line"),
    ])
}

extension Form<UInt64> {
  fileprivate static var seed: Form {
    let samples = ["v1:0x1", "v1:0x2a", "v1:0xffffffffffffffff"]
    return text("a seed", samples: samples, print: { .text(FaultSettings.text(ofSeed: $0)) }) {
      text throws(Fault) in
      let digits = text.dropFirst(seedPrefix.utf8.count)
      guard text.hasPrefix(seedPrefix), !digits.hasPrefix("+"), let seed = UInt64(digits, radix: 16) else {
        throw Fault("\"seed\" cannot be \(text.quotedForMessage)", "write one like \(seedPrefix)2a")
      }
      return seed
    }
  }

  private static var seedPrefix: String { FaultSettings.seedPrefix }
}

extension Form<[String]> {
  /// Lines of a plan, each of which is complained of where it is wrong.
  fileprivate static var plan: Form {
    let samples = ["latency to client 50ms jitter 10ms", "reset by backend at 64KiB twice"]
    let line = Form<String>.text(
      "a fault ([FAULTS.md](../FAULTS.md))", samples: samples, print: { .text($0) }, parse: { $0 })
    return Form(
      shape: .several(line.shape),
      read: { reader, node, key, outer in
        guard let lines = Form.sequence(of: line).read(&reader, node, key, outer) else { return nil }
        guard case .sequence(let items) = node.content, items.count == lines.count else { return lines }
        return reader.check(lines, at: items) ? lines : nil
      },
      print: { .sequence($0.map(line.print)) })
  }
}

extension SchemaReader {
  /// Complains of what is wrong with lines of a plan.
  fileprivate mutating func check(_ lines: [String], at items: [YAMLNode]) -> Bool {
    for (line, item) in zip(lines, items) {
      let listener = try? FaultPlan([line]).faults[0].sessions.listener
      if let listener { faultedListeners.append((listener, item.range)) }
    }
    let mistakes = FaultPlan.mistakes(in: lines)
    for mistake in mistakes { complain(of: mistake.error, in: items[mistake.line]) }
    return mistakes.isEmpty
  }

  private mutating func complain(of error: FaultLineError, in item: YAMLNode) {
    let isPlain = if case .scalar(let scalar) = item.content { scalar.isPlain } else { false }
    // Behind the quote where there is one; in a text with escapes the place is only about right.
    let start = item.range.lowerBound + (isPlain ? 0 : 1) + error.range.lowerBound
    let place = min(start, max(item.range.lowerBound, item.range.upperBound - 1))
    let end = max(place + 1, min(place + error.range.count, item.range.upperBound))
    complain(place..<end, error.message, error.advice)
  }

  /// A fault on a listener that does not exist would never show.
  mutating func checkFaults(_ draft: ConfigurationDraft) {
    let names = draft.listeners.filter { $0.places["name"] != nil }.map(\.value.value.name)
    guard names.count == draft.listeners.count else { return }
    for (name, range) in faultedListeners where !names.contains(name) {
      let advice =
        guess(name, among: names).map { "did you mean \"\($0)\"?" }
        ?? "write the name of a listener behind on"
      complain(range, "there is no listener \(name.quotedForMessage)", advice)
    }
  }
}
