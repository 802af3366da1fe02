// What active checks find of backends whose listeners have `mirror` (REFUSED). A port for checks alone says nothing of
// the one that clients are passed to.
extension Proxy where IO: ~Copyable {
  /// A check has been accepted by its endpoint: so are clients of listeners that mirror it.
  @inlinable
  mutating func openMirrors(ofChecked index: UInt32, at now: Instant) {
    guard !mirrors.isEmpty, checks.endpoints[index].target.settings.port == nil else { return }
    for mirror in mirrors where plans[mirror.plan].route.backend.name == checks.endpoints[index].target.backend {
      openMirror(plans[mirror.plan].route.account, at: now)
    }
  }

  /// A check was refused. A listener none of whose endpoints accepts closes, before a client finds that out.
  @inlinable
  mutating func closeMirrors(ofChecked index: UInt32, at now: Instant) {
    guard !mirrors.isEmpty, checks.endpoints[index].target.settings.port == nil else { return }
    for mirror in mirrors where plans[mirror.plan].route.backend.name == checks.endpoints[index].target.backend {
      let account = plans[mirror.plan].route.account
      guard account.mirror.isOpen, let begun = refusals(of: plans[mirror.plan].route, at: now) else { continue }
      closeMirror(account, dialBegan: begun, at: now)
    }
  }

  /// When the first of the checks began by which all endpoints of a backend refuse; nil: one of them does not, or did
  /// so longer ago than may be relied on, and is looked at again.
  @inlinable
  mutating func refusals(of route: Route, at now: Instant) -> Instant? {
    // One that gets no session is no reason to listen.
    let wanted = route.endpoints.indices.count { !route.isDrained($0) }
    var (found, oldest) = (0, now)
    for index in 0..<checks.endpoints.extent where isChecked(index) {
      guard checks.endpoints[index].target.backend == route.backend.name, !checks.endpoints[index].isDrained else {
        continue
      }
      guard let refusedAt = checks.endpoints[index].refusedAt else { return nil }
      found += 1
      oldest = min(oldest, refusedAt)
    }
    guard found == wanted, found > 0 else { return nil }
    guard now.since(oldest) > Limits.suspicionInterval else { return oldest }
    for index in 0..<checks.endpoints.extent where isChecked(index) {
      guard checks.endpoints[index].target.backend == route.backend.name,
        let refusedAt = checks.endpoints[index].refusedAt, now.since(refusedAt) > Limits.suspicionInterval
      else { continue }
      _ = checks.endpoints[index].account.suspect()
    }
    hurryChecks(at: now)
    return nil
  }
}
