import PorxyCore

extension HostLimits {
  private static let firstPort: UInt16 = 40_000

  init(_ settings: [HostSetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendCapacity = UInt32(clamping: bytes)
      case .receiveBuffer(let bytes): receiveCapacity = UInt32(clamping: bytes)
      case .ports(let count): limitPorts(count)
      case .descriptors(let count): descriptorsMax = Int(count)
      case .callRetries(let count): synRetries = Int(count)
      case .finTimeout(let time): finTimeout = time
      default: break
      }
    }
  }

  init(_ settings: [PorxySetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendCapacity = UInt32(clamping: bytes)
      case .receiveBuffer(let bytes): receiveCapacity = UInt32(clamping: bytes)
      case .ports(let count): limitPorts(count)
      case .descriptors(let count): descriptorsMax = Int(count)
      default: break
      }
    }
  }

  private mutating func limitPorts(_ count: UInt64) {
    ephemeralPorts = Self.firstPort...(Self.firstPort + UInt16(clamping: max(count, 1) - 1))
  }
}
