extension Scenario {
  private static let shrinker = Shrinker<Scenario>(stages: [{ $0.smaller }], triesMax: 2000)

  /// Takes steps away, and makes what is left smaller, as long as it still shows what `isBad` looks for.
  public func shrunk(while isBad: (Scenario) -> Bool) -> Scenario { Self.shrinker.shrink(self, while: isBad) }

  /// Scenarios that are one thing smaller: halves first, then single steps, then sizes and times.
  private var smaller: [Scenario] {
    var candidates: [Scenario] = []
    if steps.count > 3 {
      candidates.append(with(Array(steps.prefix(steps.count / 2))))
      candidates.append(with(Array(steps.suffix(steps.count / 2))))
    }
    for index in steps.indices.reversed() {
      var fewer = steps
      fewer.remove(at: index)
      candidates.append(with(fewer))
    }
    for (index, step) in steps.enumerated() {
      guard let smaller = step.action.smaller else { continue }
      var changed = steps
      changed[index].action = smaller
      candidates.append(with(changed))
    }
    return candidates
  }

  private func with(_ steps: [Step]) -> Scenario {
    Scenario(title: title, settings: settings, steps: steps)
  }
}

extension Action {
  /// The same with less; nil where there is no less.
  fileprivate var smaller: Action? {
    switch self {
    case .socket(let role, .send(let count, let outcome)) where count > 1:
      .socket(role, .send(count > 10 ? count / 10 : 1, outcome))
    case .wait(let time) where time > .milliseconds(1): time > .seconds(1) ? .wait(.seconds(1)) : .settle
    case .wait: .settle
    default: nil
    }
  }
}
