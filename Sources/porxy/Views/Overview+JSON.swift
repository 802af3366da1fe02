/// An overview as JSON: what GET /overview answers and the page's events carry. Names and meanings of fields stay;
/// docs/TOP.md has them. A reader takes no notice of fields that it does not know.
extension Overview {
  /// In one line.
  var json: String {
    var object = JSONObject()
    object.add("head", head.object)
    object.add("listeners", listeners.prefix(Self.namesMax).map(\.object))
    object.add("backends", backends.prefix(Self.namesMax).map(\.object))
    object.add("endpoints", endpoints.prefix(Self.endpointsMax).map(\.object))
    object.add("sessions", sessions.prefix(Self.sessionsMax).map(\.object))
    object.add("ended", ended.prefix(Self.endedMax).map(\.object))
    return object.text
  }

  /// What such a text means.
  init(json bytes: [UInt8]) throws(JSONFields.Mistake) {
    let fields = try JSONFields(bytes)
    head = try Head(fields.object("head"))
    listeners = try fields.objects("listeners", atMost: Self.namesMax, Listener.init)
    backends = try fields.objects("backends", atMost: Self.namesMax, Backend.init)
    endpoints = try fields.objects("endpoints", atMost: Self.endpointsMax, Endpoint.init)
    sessions = try fields.objects("sessions", atMost: Self.sessionsMax, Session.init)
    ended = try fields.objects("ended", atMost: Self.endedMax, Ended.init)
  }
}

extension Overview.Bytes {
  /// Both directions under keys that begin alike.
  fileprivate func add(_ name: String, to object: inout JSONObject) {
    object.add(name + "_to_backend", toBackend)
    object.add(name + "_to_client", toClient)
  }

  fileprivate init(_ name: String, _ fields: JSONFields) throws(JSONFields.Mistake) {
    toBackend = try fields.count(name + "_to_backend")
    toClient = try fields.count(name + "_to_client")
  }
}

extension Overview.Head {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("version", version)
    object.add("time", time)
    object.add("up_ms", up)
    object.add("generation", generation)
    object.add("reload", reload?.object)
    object.add("readiness", readiness)
    object.add("sessions", sessions)
    object.add("sessions_max", sessionsMax)
    object.add("endpoints", endpoints)
    object.add("accepted", accepted)
    bytes.add("bytes", to: &object)
    object.add("busy_ms", Array(busy.prefix(Overview.workersMax)))
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    version = try fields.text("version")
    time = try fields.text("time")
    up = try fields.time("up_ms")
    generation = try fields.count("generation")
    reload = try fields.optionalObject("reload").map { (fields) throws(JSONFields.Mistake) in
      try Overview.Reload(fields)
    }
    readiness = try fields.text("readiness")
    sessions = try fields.count("sessions")
    sessionsMax = try fields.count("sessions_max")
    endpoints = try fields.count("endpoints")
    accepted = try fields.count("accepted")
    bytes = try Overview.Bytes("bytes", fields)
    busy = try fields.times("busy_ms", atMost: Overview.workersMax)
  }
}

extension Overview.Reload {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("time", time)
    object.add("refusal", refusal)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    time = try fields.text("time")
    refusal = try fields.optionalText("refusal")
  }
}

extension Overview.Listener {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("name", name)
    object.add("address", address)
    object.add("pause", pause)
    object.add("held", isHeld)
    object.add("sessions", sessions)
    object.add("sessions_max", sessionsMax)
    object.add("accepted", accepted)
    object.add("backlog", backlog)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    name = try fields.text("name")
    address = try fields.text("address")
    pause = try fields.optionalText("pause")
    isHeld = try fields.flag("held")
    sessions = try fields.count("sessions")
    sessionsMax = try fields.optionalCount("sessions_max")
    accepted = try fields.count("accepted")
    backlog = try fields.optionalCount("backlog")
  }
}

extension Overview.Backend.Failures {
  /// There is a result for each way in which connecting can fail.
  fileprivate static let resultsMax = 64

  fileprivate static func add(_ failures: [Self], to object: inout JSONObject) {
    let objects = failures.prefix(resultsMax).map { failures in
      var object = JSONObject()
      object.add("result", failures.result)
      object.add("count", failures.count)
      return object
    }
    object.add("failures", objects)
  }

  fileprivate static func list(_ fields: JSONFields) throws(JSONFields.Mistake) -> [Self] {
    try fields.objects("failures", atMost: resultsMax) { (fields) throws(JSONFields.Mistake) in
      Self(result: try fields.text("result"), count: try fields.count("count"))
    }
  }
}

extension Overview.Backend {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("name", name)
    object.add("host", host)
    object.add("sessions", sessions)
    object.add("connect_p50_ms", connectMedian)
    object.add("connect_p99_ms", connectSlowest)
    Failures.add(failures, to: &object)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    name = try fields.text("name")
    host = try fields.text("host")
    sessions = try fields.count("sessions")
    connectMedian = try fields.optionalTime("connect_p50_ms")
    connectSlowest = try fields.optionalTime("connect_p99_ms")
    failures = try Failures.list(fields)
  }
}

extension Overview.Endpoint {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("backend", backend)
    object.add("name", name)
    object.add("state", state.rawValue)
    object.add("reason", reason)
    object.add("sessions", sessions)
    object.add("sessions_max", sessionsMax)
    object.add("connect_p50_ms", connectMedian)
    object.add("connect_p99_ms", connectSlowest)
    Overview.Backend.Failures.add(failures, to: &object)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    backend = try fields.text("backend")
    name = try fields.text("name")
    state = try fields.choice("state")
    reason = try fields.optionalText("reason")
    sessions = try fields.count("sessions")
    sessionsMax = try fields.optionalCount("sessions_max")
    connectMedian = try fields.optionalTime("connect_p50_ms")
    connectSlowest = try fields.optionalTime("connect_p99_ms")
    failures = try Overview.Backend.Failures.list(fields)
  }
}

extension Overview.Session {
  /// As the list of sessions has it, too.
  var object: JSONObject {
    var object = JSONObject()
    object.add("id", id)
    object.add("listener", listener)
    object.add("backend", backend)
    object.add("client", client)
    object.add("endpoint", endpoint)
    object.add("phase", phase)
    object.add("age_ms", age)
    object.add("idle_ms", idle)
    bytes.add("bytes", to: &object)
    held.add("held", to: &object)
    object.add("stall", stall?.rawValue)
    object.add("stalled_ms", stalled)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    id = try fields.text("id")
    listener = try fields.text("listener")
    backend = try fields.text("backend")
    client = try fields.text("client")
    endpoint = try fields.optionalText("endpoint")
    phase = try fields.text("phase")
    age = try fields.time("age_ms")
    idle = try fields.time("idle_ms")
    bytes = try Overview.Bytes("bytes", fields)
    held = try Overview.Bytes("held", fields)
    stall = try fields.optionalChoice("stall")
    stalled = try fields.time("stalled_ms")
  }
}

extension Overview.Ended {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("id", id)
    object.add("time", time)
    object.add("listener", listener)
    object.add("backend", backend)
    object.add("client", client)
    object.add("how", how)
    object.add("ended_by", endedBy)
    object.add("phase", phase)
    object.add("error", error)
    object.add("duration_ms", lasted)
    bytes.add("bytes", to: &object)
    undelivered.add("undelivered", to: &object)
    return object
  }

  fileprivate init(_ fields: JSONFields) throws(JSONFields.Mistake) {
    id = try fields.text("id")
    time = try fields.text("time")
    listener = try fields.text("listener")
    backend = try fields.text("backend")
    client = try fields.text("client")
    how = try fields.text("how")
    endedBy = try fields.text("ended_by")
    phase = try fields.text("phase")
    error = try fields.optionalText("error")
    lasted = try fields.time("duration_ms")
    bytes = try Overview.Bytes("bytes", fields)
    undelivered = try Overview.Bytes("undelivered", fields)
  }
}
