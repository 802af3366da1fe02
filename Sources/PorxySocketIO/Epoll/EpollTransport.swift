import PorxyCore
