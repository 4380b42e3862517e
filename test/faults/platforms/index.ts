import type { ChatPlatform, PlatformName } from './chat-platform.ts'
import { discord } from './discord.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'

export const PLATFORMS: Readonly<Record<PlatformName, ChatPlatform>> = { slack, discord, teams }
