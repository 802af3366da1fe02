import PorxyCore

/// The faults of a configuration, in the order of its lines.
public struct FaultPlan: Sendable, Equatable {
  public let faults: [PlannedFault]

  /// Lines of a plan.
  public static let linesMax = 64
  /// Bytes of a line.
  public static let lineLengthMax = 512

  public static let empty = FaultPlan(faults: [])

  private init(faults: [PlannedFault]) { self.faults = faults }

  /// Reads lines. A fault that the line gives no name is called by its kind and its number among those of that kind.
  public init(_ lines: [String]) throws(FaultPlanError) {
    guard lines.count <= Self.linesMax else { throw FaultPlanError(line: Self.linesMax, Self.isFull) }
    var faults: [PlannedFault] = []
    for (number, line) in lines.enumerated() {
      do throws(FaultLineError) {
        faults.append(try Self.fault(line, behind: faults))
      } catch {
        throw FaultPlanError(line: number, error)
      }
    }
    self.faults = faults
  }

  /// What is wrong with lines: with each for itself, or, where that is nothing, the first thing with them together.
  public static func mistakes(in lines: [String]) -> [FaultPlanError] {
    let mistakes = lines.enumerated().compactMap { number, line in
      mistake(in: [line]).map { FaultPlanError(line: number, $0.error) }
    }
    return mistakes.isEmpty ? mistake(in: lines).map { [$0] } ?? [] : mistakes
  }

  private static func mistake(in lines: [String]) -> FaultPlanError? {
    do throws(FaultPlanError) {
      _ = try FaultPlan(lines)
      return nil
    } catch {
      return error
    }
  }

  static var isFull: FaultLineError {
    FaultLineError(0..<1, "a plan has at most \(linesMax) lines", "remove some")
  }

  /// Reads a line, and names the fault if the line does not: by its kind and the first number from its place among
  /// those of the kind that is free.
  static func fault(_ line: String, behind others: [PlannedFault]) throws(FaultLineError) -> PlannedFault {
    var fault = try FaultLineReader.read(line)
    if !fault.hasOwnName {
      var number = others.count { $0.deed.kind == fault.deed.kind } + 1
      while others.contains(where: { $0.name == "\(fault.deed.kind)-\(number)" }) { number += 1 }  // bound: the others
      fault.name = "\(fault.deed.kind)-\(number)"
      // The same line twice is two faults, which draw for themselves.
      let same = others.count { $0.key == fault.key }
      if same > 0 { fault.key = SplitMix64.mix(fault.key &+ UInt64(same)) }
    }
    guard !others.contains(where: { $0.name == fault.name }) else {
      throw FaultLineError(
        0..<line.utf8.count, "there are two faults called \"\(fault.name)\"", "give one of them another name with as")
    }
    return fault
  }
}

/// What is wrong with a line of a plan.
public struct FaultPlanError: Error, Equatable {
  /// Counted from 0.
  public let line: Int
  public let error: FaultLineError

  init(line: Int, _ error: FaultLineError) {
    self.line = line
    self.error = error
  }
}

/// What is wrong with a line, and what to do about it.
public struct FaultLineError: Error, Equatable {
  /// Byte offsets in the line; never empty.
  public let range: Range<Int>
  public let message: String
  public let advice: String

  init(_ range: Range<Int>, _ message: String, _ advice: String) {
    self.range = range.isEmpty ? range.lowerBound..<range.lowerBound + 1 : range
    self.message = message
    self.advice = advice
  }
}
