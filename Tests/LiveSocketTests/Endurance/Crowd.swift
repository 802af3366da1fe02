/// Opens sessions and ends them in every way there is, one way after the other.
struct Crowd {
  let stage: Stage
  /// One whose server does not listen.
  let absent: Stage
  private(set) var count = 0
  private(set) var refusedCount = 0

  init(stage: Stage, absent: Stage) {
    self.stage = stage
    self.absent = absent
  }

  mutating func end(_ more: Int) throws {
    for number in 0..<more {
      if number % 8 == 7 {
        refusedCount += 1
        _ = try? absent.connect().hearAll()
      } else {
        count += 1
        try endOne(number % 8)
      }
    }
  }

  private func endOne(_ way: Int) throws {
    let client = try stage.connect()
    let server = try stage.server.accept()
    client.say(300)
    _ = server.hear(300)
    switch way {
    case 0:  // the client ends, the server answers and closes
      client.finish()
      _ = server.hearAll()
      server.say(5000)
      server.close()
      _ = client.hearAll()
    case 1: client.reset()
    case 2: server.reset()
    case 3:  // the server closes with the request unread, as one that is killed
      client.say(100)
      _ = server.waitForUnread(100)
      server.close()
      _ = client.hearAll()
    case 4:  // the client closes with the answer unread
      server.say(40_000)
      _ = client.waitForUnread(40_000)
      client.close()
    case 5:  // both at once
      client.close()
      server.close()
    default:  // cut in the middle of a stream
      _ = server.write(60_000)
      _ = client.write(60_000)
      server.reset()
    }
  }
}
