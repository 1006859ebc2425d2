import { existsSync } from 'node:fs'
import type { StartedTestContainer } from 'testcontainers'
import { running } from './running.ts'

export interface ContainerRecipe {
  readonly image: string
  readonly port: number
  readonly command?: string[]
  readonly environment?: Record<string, string>
  readonly readyLine: RegExp
}

/** Starts a container that ends with the test file, or answers undefined where no container runtime answers. */
export async function startContainer(recipe: ContainerRecipe): Promise<StartedTestContainer | undefined> {
  if (process.env.DOCKER_HOST === undefined && !existsSync('/var/run/docker.sock')) return undefined
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers')
  try {
    await getContainerRuntimeClient()
  } catch {
    return undefined
  }
  const container = new GenericContainer(recipe.image)
    .withExposedPorts(recipe.port)
    .withEnvironment(recipe.environment ?? {})
    .withWaitStrategy(Wait.forLogMessage(recipe.readyLine))
  const started = await (recipe.command ? container.withCommand(recipe.command) : container).start()
  running.add(async () => {
    await started.stop()
  })
  return started
}
