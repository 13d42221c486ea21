import { createApp } from 'vue'
import App from './App.vue'
import { startLocale } from './messages'
import { startSession } from './state/session'
import './tokens.css'
import './base.css'

startLocale()
createApp(App).mount('#app')
void startSession()
