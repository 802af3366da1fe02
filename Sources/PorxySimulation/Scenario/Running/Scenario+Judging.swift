extension Scenario {
  /// Where what was seen in an arm is not what the steps expect, but for the known differences that the scenario names.
  public func complaints(about seen: [Step], in arm: Arm) -> [String] {
    steps.indices.compactMap { index in
      guard !seen[index].action.meets(steps[index].action) else { return nil }
      let excuse = arm == .proxied ? steps[index].action.difference(from: seen[index].action) : nil
      if let excuse, differences.contains(excuse) { return nil }
      return "step \(index + 1): expected '\(steps[index])', saw '\(seen[index])'"
    }
  }
}
