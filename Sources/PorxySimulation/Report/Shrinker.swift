/// Makes something that fails smaller, one thing at a time, as long as it still fails.
struct Shrinker<Subject>: Sendable {
  /// Ways to smaller subjects, the ones that take most away first; each gives subjects that are one thing smaller.
  var stages: [@Sendable (Subject) -> [Subject]]
  var triesMax: Int

  /// Takes the first smaller subject that is bad, and begins its stage anew with it, until no stage has any.
  ///
  /// At most `triesMax` tries, and none any more once `keepsTrying` says no.
  func shrink(_ subject: Subject, keepsTrying: () -> Bool = { true }, while isBad: (Subject) -> Bool) -> Subject {
    var best = subject
    var tries = 0
    var isSmaller = true
    while isSmaller {  // bound: triesMax
      isSmaller = false
      for stage in stages {
        var candidates = stage(best)[...]
        while let candidate = candidates.popFirst() {  // bound: triesMax
          guard tries < triesMax, keepsTrying() else { return best }
          tries += 1
          guard isBad(candidate) else { continue }
          best = candidate
          candidates = stage(best)[...]
          isSmaller = true
        }
      }
    }
    return best
  }
}
